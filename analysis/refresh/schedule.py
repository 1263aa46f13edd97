"""A ready unit for whoever runs the refresh unattended: cron, systemd or GitHub Actions."""

import shlex

from analysis.errors import require_known
from analysis.paths import root

HOUR, MINUTE = 3, 10
"""When the unit runs, in the machine's own time."""

CRON = """\
# Every day at {hour}:{minute:02d}. cron mails what is printed; a quiet night prints "nothing new".
# Exit codes: 0 done or nothing to do, 3 source unavailable, 4 data refused, 5 report failed, 6 locked, 7 cannot write.
SEC_USER_AGENT="Your Name you@example.org"
{minute} {hour} * * * cd {quoted} && .venv/bin/python -m analysis refresh
"""

SYSTEMD = """\
# ~/.config/systemd/user/compute-and-people.service
[Unit]
Description=Refresh the reports on compute and people

[Service]
Type=oneshot
WorkingDirectory={root}
Environment="SEC_USER_AGENT=Your Name you@example.org"
ExecStart={root}/.venv/bin/python -m analysis refresh
# Locked by another run is no failure.
SuccessExitStatus=6

# ~/.config/systemd/user/compute-and-people.timer
[Unit]
Description=Every night

[Timer]
OnCalendar=*-*-* {hour:02d}:{minute:02d}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def unit(kind: str) -> str:
    """The text of a unit: cron, systemd or github; UnknownName for another kind."""
    require_known("kind of schedule", kind, ["cron", "systemd", "github"])
    if kind == "github":
        return (root() / ".github" / "workflows" / "refresh.yml").read_text(encoding="utf-8")
    return {"cron": CRON, "systemd": SYSTEMD}[kind].format(root=root(), quoted=shlex.quote(str(root())), hour=HOUR,
                                                              minute=MINUTE)
