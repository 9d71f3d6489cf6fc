// Feature phones in the browser. Each talks to the simulator through the page's own address; nothing leaves this machine.

const setup = JSON.parse(document.getElementById("setup").dataset.setup);
const token = document.querySelector("#setup input[name=form_token]").value;
const words = setup.words;
const LOOK_EVERY = 1200; // ms, for what has come in
const COMMAND = /\b(?:ACK|NON|CLOS) \d{6,8}\b/g; // what an alert says may be answered
const REFERENCE = /\b\d{6,8}\b/;
const basic = new Set(setup.basic), extended = new Set(setup.extended);

// How the network counts a text: septets where GSM-7 carries it, else UTF-16 units.
export function measure(text) {
  let septets = 0;
  for (const letter of text) {
    if (basic.has(letter)) septets += 1;
    else if (extended.has(letter)) septets += 2;
    else return { alphabet: "UCS-2", used: text.length, screen: setup.ucs2, single: 70, part: 67 };
  }
  return { alphabet: "GSM-7", used: septets, screen: setup.septets, single: 160, part: 153 };
}

async function post(act, form) {
  const body = new URLSearchParams(form);
  body.append("form_token", token);
  const answer = await fetch(`/phone/${act}`, { method: "POST", body });
  const said = await answer.json().catch(() => ({ refused: `HTTP ${answer.status}` }));
  if (answer.status === 403) location.reload(); // whoever had signed in has no longer
  if (!answer.ok) throw new Error(said.refused || `HTTP ${answer.status}`);
  return said;
}

const make = (tag, name, text) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
};
const hour = (at) => at.toTimeString().slice(0, 5);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

class Phone {
  constructor(element) {
    this.element = element;
    for (const [name, query] of Object.entries({
      view: ".view", entry: ".entry", input: ".entry input", left: ".left", right: ".right", badge: ".badge",
      whose: "select", width: "meter.width", time: "meter.time", said: ".measure", rest: ".left-over",
    })) this[name] = element.querySelector(query);
    element.querySelector(".hour").textContent = hour(new Date());
    this.entry.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.input.addEventListener("input", () => this.weigh());
    this.left.addEventListener("click", () => this.pressLeft());
    this.right.addEventListener("click", () => this.pressRight());
    element.querySelector(".call").addEventListener("click", () => this.call());
    element.querySelector(".end").addEventListener("click", () => this.hangUp());
    for (const key of element.querySelectorAll("[data-key]"))
      key.addEventListener("click", () => { this.input.value += key.dataset.key; this.weigh(); });
    this.whose.addEventListener("change", () => this.become(this.whose.value));
    this.become(this.whose.value);
  }

  become(number) {
    this.number = number;
    this.role = this.whose.selectedOptions[0].dataset.role;
    this.element.dataset.role = this.role;
    this.element.querySelector(".number").textContent = number;
    this.messages = null; // not looked yet
    this.sent = [];
    this.unread = 0;
    this.until = 0;
    this.idle();
  }

  // ---- what is on the glass

  show(mode, left, right) {
    this.mode = mode;
    this.element.dataset.mode = mode;
    this.left.textContent = left;
    this.right.textContent = right;
    this.left.hidden = !left;
    this.right.hidden = !right;
    this.entry.hidden = mode === "over";
    this.badge.hidden = !this.unread;
    this.badge.textContent = `✉ ${this.unread}`;
    this.weigh();
  }

  idle(note = "") {
    this.view.replaceChildren(make("p", "quiet", note || words.hint), make("p", "code", setup.code));
    this.view.querySelector(".code").dir = "ltr";
    this.input.value = "";
    this.show("idle", words.inbox, words.write);
  }

  screen(text, ended) {
    const shown = make("pre", "", text);
    shown.dir = "auto";
    this.view.replaceChildren(shown);
    if (ended) this.view.append(make("p", "quiet", words.session_over));
    this.input.value = "";
    this.text = text;
    this.show(ended ? "over" : "ussd", ended ? words.inbox : words.send, ended ? words.back : words.hang_up);
    this.view.scrollTop = 0;
  }

  inbox() {
    const all = [...(this.messages || []), ...this.sent].sort((a, b) => new Date(a.at) - new Date(b.at));
    this.view.replaceChildren(...all.map((each) => this.bubble(each)));
    if (!all.length) this.view.append(make("p", "quiet", words.empty));
    this.unread = 0;
    this.show("inbox", words.send, words.back);
    const last = this.view.lastElementChild, above = last.offsetTop - this.view.offsetTop;
    this.view.scrollTop = Math.min(this.view.scrollHeight, above); // whoever reads begins at the beginning
  }

  bubble(message) {
    const bubble = make("div", message.mine ? "sms mine" : "sms");
    const text = make("p", "", message.text);
    text.dir = "auto";
    const count = message.parts === 1 ? `1 ${words.part}` : `${message.parts} ${words.parts}`;
    const price = message.cost ? ` · ${message.cost}` : "";
    bubble.append(text, make("small", "", `${hour(new Date(message.at))} · ${count}${price}`));
    const chips = make("div", "chips");
    for (const command of message.mine ? [] : new Set(message.text.match(COMMAND) || [])) {
      const chip = make("button", "chip", command);
      chip.type = "button";
      chip.addEventListener("click", () => this.sms(command));
      chips.append(chip);
    }
    if (chips.childElementCount) bubble.append(chips);
    return bubble;
  }

  // ---- what is pressed

  pressLeft() {
    if (this.mode === "idle" || this.mode === "over") this.inbox();
    else this.send();
  }

  pressRight() {
    if (this.mode === "ussd") this.hangUp();
    else if (this.mode === "idle") { this.inbox(); this.input.focus(); }
    else this.idle();
  }

  send() {
    const text = this.input.value;
    if (this.mode === "ussd") this.press(text);
    else if (this.mode === "inbox" && text.trim()) this.sms(text);
    else if (this.mode === "idle" && text) this.call();
  }

  call() {
    if (this.mode === "ussd") return this.press(this.input.value);
    const typed = this.mode === "idle" ? this.input.value.trim() : "";
    return this.dial(typed || setup.code);
  }

  async dial(code) {
    this.view.replaceChildren(make("p", "quiet", words.dialling));
    this.until = Date.now() + setup.seconds * 1000;
    await this.hop("dial", code);
  }

  press(text) {
    return this.hop("press", text);
  }

  async hop(act, text) {
    this.element.classList.add("busy");
    try {
      const { text: shown, ended } = await this.ask(act, text);
      if (ended) this.until = 0;
      this.screen(shown, ended);
      if (ended && REFERENCE.test(shown)) story.note("filed", shown.match(REFERENCE)[0]);
    } catch (error) {
      this.until = 0;
      this.idle(`${words.network_ended} ${error.message}`);
    } finally {
      this.element.classList.remove("busy");
    }
  }

  ask(act, text) {
    return post(act, { number: this.number, text });
  }

  async hangUp(note = "") {
    const open = this.mode === "ussd";
    this.until = 0;
    this.idle(note);
    if (open) await this.ask("hang-up", "").catch(() => {});
  }

  async sms(text) {
    const { used, single, part } = measure(text);
    const parts = used <= single ? 1 : Math.ceil(used / part);
    this.sent.push({ mine: true, text, parts, at: new Date().toISOString() });
    this.input.value = "";
    this.inbox();
    try {
      const { status } = await post("sms", { number: this.number, text });
      if (status !== 200) throw new Error(words.no_answer);
      if (text.startsWith("ACK ")) story.note("answered", text.slice(4));
    } catch (error) {
      this.view.append(make("p", "quiet", error.message));
    }
  }

  // ---- what comes by itself

  receive(messages) {
    const known = this.messages === null ? messages.length : this.messages.length;
    this.messages = messages;
    const fresh = messages.slice(known);
    if (!fresh.length) return;
    this.unread += fresh.length;
    this.element.classList.remove("rings");
    void this.element.offsetWidth; // so that a second message rings again
    this.element.classList.add("rings");
    for (const each of fresh) story.hear(this, each.text);
    if (this.mode !== "ussd") this.inbox();
    else this.show(this.mode, this.left.textContent, this.right.textContent);
  }

  weigh() {
    const asked = this.mode === "ussd" || this.mode === "over";
    const text = asked ? this.text : this.input.value;
    const { alphabet, used, screen, single } = measure(text);
    const most = asked ? screen : single;
    this.said.textContent = text ? `${alphabet} ${used}/${most}` : "";
    this.width.max = most;
    this.width.high = most;
    this.width.value = Math.min(used, most);
    this.width.parentElement.classList.toggle("off", !text);
  }

  tick() {
    const seconds = Math.max(0, Math.ceil((this.until - Date.now()) / 1000));
    this.time.parentElement.classList.toggle("off", !this.until);
    this.time.max = setup.seconds;
    this.time.low = setup.seconds / 4;
    this.time.optimum = setup.seconds;
    this.time.value = seconds;
    this.rest.textContent = this.until ? `${words.left} ${clock(seconds)}` : "";
    if (this.until && !seconds && this.mode === "ussd") this.hangUp(words.session_over);
  }
}

// A phone that tries a form. All that was keyed goes along each time; it has no SMS, and reaches no network.
class TrialPhone extends Phone {
  idle(note = "") {
    super.idle(note || words.trial_hint);
    this.view.querySelector(".code").textContent = this.element.dataset.form;
  }

  show(mode, left, right) {
    if (mode === "ussd") super.show(mode, left, right);
    else super.show(mode, mode === "over" ? words.again : words.try, "");
  }

  pressLeft() {
    if (this.mode === "ussd") this.send();
    else this.call();
  }

  async ask(act, text) {
    if (act === "hang-up") return {};
    this.keyed = act === "dial" ? [] : [...this.keyed, text];
    const language = document.getElementById("tongue").value, { trial } = this.element.dataset;
    return post("trial", [
      ["trial", trial], ["number", this.number], ["language", language], ...this.keyed.map((said) => ["said", said]),
    ]);
  }

  receive() {} // what comes in is for the phone beside it
}

const phoneOf = (element) => (element.dataset.trial ? new TrialPhone(element) : new Phone(element));

// ---- the story above the phones: how far the newest report has come

const ORDER = ["filed", "alerted", "answered", "heard"];
const story = {
  reference: "",
  note(step, reference) {
    if (step === "filed") this.begin(reference);
    else if (reference !== this.reference) return;
    this.mark(step);
  },
  hear(phone, text) {
    const found = text.match(REFERENCE);
    if (!found) return;
    const isAlert = /\bACK \d/.test(text);
    if (isAlert && found[0] !== this.reference && !text.includes(this.reference || "?")) this.begin(found[0]);
    if (isAlert) this.mark("alerted");
    else if (phone.role !== "coordinator" && text.includes(this.reference) && this.done("answered")) this.mark("heard");
    else if (phone.role === "villager" && !this.done("filed")) this.note("filed", found[0]);
  },
  begin(reference) {
    this.reference = reference;
    for (const step of document.querySelectorAll("[data-step]")) step.classList.remove("done");
    this.mark("filed");
  },
  mark(step) {
    document.querySelector(`[data-step=${step}]`).classList.add("done");
  },
  done(step) {
    return document.querySelector(`[data-step=${step}]`).classList.contains("done");
  },
};

// ---- shows: the page presses the keys itself

async function until(truth, seconds = 25) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(200)) if (truth()) return true;
  return false;
}

const byRole = (role) => phones.find((phone) => phone.role === role && !(phone instanceof TrialPhone));

async function answerTheAlert() {
  const coordinator = byRole("coordinator");
  if (!coordinator || !(await until(() => story.done("alerted")))) return;
  await pause(2500);
  await coordinator.sms(`ACK ${story.reference}`);
}

const SHOWS = {
  async sms() {
    const villager = byRole("villager");
    for (const step of document.querySelectorAll("[data-step]")) step.classList.remove("done");
    villager.inbox();
    const said = `12#1#${2 + Math.floor(Math.random() * 38)} Gogui`; // never the same twice within minutes
    for (const letter of said) { villager.input.value += letter; villager.weigh(); await pause(90); }
    await pause(500);
    await villager.sms(villager.input.value);
    await answerTheAlert();
  },
  async ussd() {
    const officer = byRole("officer");
    await officer.dial(setup.code);
    for (const key of ["1", "12", "1", "1", "4", "1", "1"]) {
      await pause(1300);
      if (officer.mode !== "ussd") return;
      officer.input.value = key;
      await pause(500);
      await officer.press(key);
    }
    await answerTheAlert();
  },
};

const phones = [...document.querySelectorAll("#phones .phone")].map(phoneOf);

document.getElementById("add").addEventListener("click", () => {
  const copy = document.getElementById("phone").content.firstElementChild.cloneNode(true);
  document.getElementById("phones").append(copy);
  const select = copy.querySelector("select");
  const free = [...select.options].find((option) => !phones.some((phone) => phone.number === option.value));
  if (free) select.value = free.value;
  phones.push(new Phone(copy));
  copy.scrollIntoView({ block: "nearest" });
});

for (const button of document.querySelectorAll("[data-show]"))
  button.addEventListener("click", async () => {
    const buttons = [...document.querySelectorAll("[data-show]")];
    buttons.forEach((each) => { each.disabled = true; });
    try { await SHOWS[button.dataset.show](); } finally { buttons.forEach((each) => { each.disabled = false; }); }
  });

setInterval(() => phones.forEach((phone) => phone.tick()), 250);

async function look() {
  const query = new URLSearchParams(phones.map((phone) => ["number", phone.number]));
  try {
    const answer = await fetch(`/phone/inbox?${query}`, { headers: { "X-Live": "yes" } });
    if (answer.status === 401) { location.reload(); return; }
    if (answer.ok) {
      const inboxes = await answer.json();
      phones.forEach((phone) => inboxes[phone.number] && phone.receive(inboxes[phone.number]));
    }
    document.body.classList.toggle("away", !answer.ok);
  } catch {
    document.body.classList.add("away");
  }
  setTimeout(look, LOOK_EVERY);
}
look();
