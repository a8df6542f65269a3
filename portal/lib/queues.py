"""Which jobs wait in which line: what takes long or waits for strangers holds up neither codes, mails nor nights."""

DEFAULT, NIGHT, LONG, HOOKS = "default", "night", "long", "hooks"
# Every line with the number of processes that the runbook gives it.
QUEUES = {DEFAULT: 2, NIGHT: 2, LONG: 1, HOOKS: 1}
# By the names of jobs; whatever is not named is short, and waits in the default line.
ROUTES = {
    "night.take_part": NIGHT,
    "demo.live_on": NIGHT,
    # Without the day's statements there is no night.
    "statements.look": NIGHT,
    "distributions.remind": LONG,
    "hooks.deliver": HOOKS,
    "examination.make": LONG,
    "exports.make": LONG,
    "fees.*": LONG,
    "hooks.forget": LONG,
    "reports.make": LONG,
    "trash.empty": LONG,
}
