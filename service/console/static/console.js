// The little that the console does in the browser. Every page works without it, only less quickly.

const LIVE = { headers: { "X-Live": "yes" } };

// An element with data-live="address" data-every="seconds" renews itself; what has not changed is not sent again.
async function renew(element) {
  let tag = "";
  for (;;) {
    await new Promise((done) => setTimeout(done, Number(element.dataset.every) * 1000));
    if (document.hidden && element.dataset.hidden === "wait") continue;
    try {
      const headers = { ...LIVE.headers, ...(tag && { "If-None-Match": tag }) };
      const answer = await fetch(element.dataset.live, { headers, cache: "no-store" });
      if (answer.status === 401) { location.reload(); return; }
      if (answer.ok) {
        tag = answer.headers.get("ETag") || "";
        keepFocus(element, await answer.text());
        if (element.querySelector("[data-reload]")) { location.reload(); return; }
        element.dispatchEvent(new CustomEvent("renewed", { bubbles: true }));
      }
      stale(element, !answer.ok && answer.status !== 304);
    } catch {
      stale(element, true);
    }
  }
}

function keepFocus(element, html) {
  const inside = element.contains(document.activeElement) && document.activeElement.id;
  element.innerHTML = html;
  if (inside) document.getElementById(inside)?.focus();
}

// Whoever looks at an old board must know that it is old.
function stale(element, yes) {
  const note = document.getElementById(element.dataset.stale);
  if (note) note.hidden = !yes;
}

for (const element of document.querySelectorAll("[data-live]")) renew(element);

// This machine's clock may be wrong; the page says what time it was at the service when it was made.
const ahead = Date.now() - new Date(document.body.dataset.now);

// Clocks: <time data-until="…"> counts down, and says how late it is afterwards.
function tick() {
  for (const element of document.querySelectorAll("time[data-until]")) {
    const left = Math.round((new Date(element.dataset.until) - Date.now() + ahead) / 1000);
    const size = Math.abs(left), hours = Math.floor(size / 3600);
    const shown = hours ? `${hours}:${String(Math.floor(size / 60) % 60).padStart(2, "0")} h` : `${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
    element.textContent = left < 0 ? `+${shown}` : shown;
    element.classList.toggle("late", left < 0);
  }
}
setInterval(tick, 1000);
tick();

// Keys: j and k go through a list, Enter opens, / searches. Not while somebody types.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  } else if (event.key === "j" || event.key === "k") {
    const rows = [...document.querySelectorAll("[data-row] a")];
    const at = rows.indexOf(document.activeElement), step = event.key === "j" ? 1 : -1;
    rows[Math.max(0, Math.min(rows.length - 1, at + step))]?.focus();
  }
});
