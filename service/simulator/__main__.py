"""`python -m service.simulator --port 8001 --hooks http://127.0.0.1:8000/hooks/africastalking/TOKEN/`."""

from pathlib import Path

import click

from service.simulator.loopback import NotLoopback
from service.simulator.server import Simulator


@click.command()
@click.option("--port", default=8001, show_default=True, help="On 127.0.0.1.")
@click.option("--hooks", default="", help="Where the service listens; on this machine only.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Write down every SMS that was taken.")
def main(port: int, hooks: str, log: Path | None) -> None:
    """A local stand-in for Africa's Talking. SIMULATED: no message leaves this machine."""
    try:
        simulator = Simulator(port, hooks, log=log)
    except NotLoopback as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"SIMULATED Africa's Talking at {simulator.url}")
    simulator.serve()


if __name__ == "__main__":
    main(auto_envvar_prefix="SIMULATOR")
