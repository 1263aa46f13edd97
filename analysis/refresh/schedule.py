"""A ready unit for whoever runs the refresh unattended: cron, systemd or GitHub Actions."""

import shlex

from analysis.errors import require_known
from analysis.paths import root

HOUR, MINUTE = 3, 10
"""When the unit runs, in the machine's own time."""
MOST_HOURS = 4
"""A run that takes longer is held to hang: all reports, or an archive of 5,000 filers, take minutes."""

CRON = """\
# Every day at {hour}:{minute:02d}. cron mails what is printed to MAILTO; a quiet night prints "nothing new".
# Exit codes: 0 done or nothing to do, 2 wrong call, 3 source unavailable, 4 data refused, 5 report failed, 6 locked,
# 7 cannot write.
# timeout ends a run that hangs; the next one heals what it left.
MAILTO="you@example.org"
SEC_USER_AGENT="Your Name you@example.org"
{minute} {hour} * * * cd {quoted} && timeout {hours}h .venv/bin/python -m analysis refresh
"""

SYSTEMD = """\
# ~/.config/systemd/user/compute-and-people.service
[Unit]
Description=Refresh the reports on compute and people

[Service]
Type=oneshot
WorkingDirectory={escaped}
Environment="SEC_USER_AGENT=Your Name you@example.org"
ExecStart="{escaped}/.venv/bin/python" -m analysis refresh
# A run that hangs is ended; the next one heals what it left.
TimeoutStartSec={hours}h

# ~/.config/systemd/user/compute-and-people.timer
[Unit]
Description=Every night

[Timer]
OnCalendar=*-*-* {hour:02d}:{minute:02d}:00
Persistent=true

[Install]
WantedBy=timers.target

# Then: systemctl --user daemon-reload && systemctl --user enable --now compute-and-people.timer
# A user's timers stop when the user logs out: loginctl enable-linger lets them run.
"""


def unit(kind: str) -> str:
    """The text of a unit: cron, systemd or github; UnknownName for another kind."""
    require_known("kind of schedule", kind, ["cron", "systemd", "github"])
    if kind == "github":
        return (root() / ".github" / "workflows" / "refresh.yml").read_text(encoding="utf-8")
    folder = str(root())
    return {"cron": CRON, "systemd": SYSTEMD}[kind].format(
        hour=HOUR, minute=MINUTE, hours=MOST_HOURS, quoted=shlex.quote(folder).replace("%", r"\%"),
        escaped=folder.replace("%", "%%"))
