"""The tables, from what was measured and nothing else: the same JSON always gives the same text."""

import statistics

import tools

BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"

FILE_COPY_RATIO, CONTEXT_RATIO = 10, 5
MOST_OVERHEAD = 0.20
MOST_REQUESTS, MOST_SECONDS = 120, 1.0


def markdown(result):
    parts = [circumstances(result), overview(result), by_bug(result), goals(result), notes(result)]
    return "\n\n".join(part for part in parts if part) + "\n"


def replace(path, text):
    """Puts the text between the two marks of a document."""
    with open(path) as file:
        document = file.read()
    if BEGIN not in document or END not in document:
        raise SystemExit("%s has no place for the tables: it needs the lines %s and %s." % (path, BEGIN, END))
    before, after = document.split(BEGIN)[0], document.split(END)[1]
    with open(path, "w") as file:
        file.write(before + BEGIN + "\n" + text + END + after)


def known():
    return {tool.name: tool for tool in tools.TOOLS + tools.SPEED}


def present(result):
    """The tools that ran, in their usual order."""
    names = {run["tool"] for run in result["runs"]} | {run["tool"] for run in result["speed"]}
    return [name for name in known() if name in names]


def correct(result, name):
    return next((r for r in result["runs"] if r["tool"] == name and r["bug"] is None), None)


def with_bugs(result, name):
    return [run for run in result["runs"] if run["tool"] == name and run["bug"]]


def first_report(result, run):
    """When the tool first said something that it does not say of the correct service as well."""
    always = {report["rule"] for report in (correct(result, run["tool"]) or {"reports": []})["reports"]}
    own = [report["seconds"] for report in run["reports"] if report["rule"] not in always]
    return min(own) if own else None


def rates(result, name):
    return {r["round"]: r["transitions"] / r["seconds"] for r in result["speed"] if r["tool"] == name}


def table(header, rows):
    lines = ["| " + " | ".join(cells) + " |" for cells in [header, *rows]]
    lines.insert(1, "|" + "---|" * len(header))
    return "\n".join(lines)


def number(value, form="%.0f"):
    return "–" if value is None else form % value


def count(value):
    return "–" if value is None else "{:,}".format(round(value))


def circumstances(result):
    versions = ", ".join("%s %s" % (name, text.removeprefix("rewind ")) for name, text in result["versions"].items())
    ending = " It ran out of time, and what was not run is left out." if result["isUnfinished"] else ""
    return "%s, `%s`. %s. %s.%s" % (
        result["date"], result["command"], result["machine"][0].upper() + result["machine"][1:], versions, ending)


def overview(result):
    rows = []
    for name in present(result):
        runs, alone = with_bugs(result, name), correct(result, name)
        reported = [first_report(result, run) for run in runs]
        rows.append([
            known()[name].title,
            share(sum(run["reachedAfterRequests"] is not None for run in runs), len(runs)),
            share(sum(seconds is not None for seconds in reported), len(runs)),
            str(len(alone["reports"])) if alone else "–",
            count(tools.median([run["reachedAfterRequests"] for run in runs])),
            count(tools.median([run["requests"] for run in runs])),
            number(tools.median(reported), "%.2f s"),
            count(tools.median(list(rates(result, name).values()))),
            number(alone and alone["cpuSeconds"], "%.1f s"),
            number(alone and alone["peakMebibytes"], "%.0f MiB"),
        ])
    return table([
        "tool", "bugs reached", "reported", "reports on the correct service", "requests to reach", "requests in all",
        "time to first report", "transitions/s", "CPU", "memory"], rows)


def share(part, whole):
    return "%d of %d" % (part, whole) if whole else "–"


def by_bug(result):
    names = [name for name in present(result) if len(with_bugs(result, name)) > 1]
    if not names:
        return ""
    rows = []
    for bug in result["bugs"]:
        cells = ["`%s`" % bug]
        for name in names:
            run = next((r for r in with_bugs(result, name) if r["bug"] == bug), None)
            cells.append(cell(result, run) if run else "–")
        rows.append(cells)
    return table(["bug", *(known()[name].title for name in names)], rows)


def cell(result, run):
    seconds = first_report(result, run)
    reached = count(run["reachedAfterRequests"]) if run["reachedAfterRequests"] else "not reached"
    if seconds is not None:
        return "%s, **%.1f s**" % (reached, seconds)
    return reached + ", silent" if run["reachedAfterRequests"] else reached


def goals(result):
    rows = [*ratio_rows(result), *overhead_rows(result), *tutorial_rows(result)]
    return table(["goal", "measured", "to reach", ""], rows) if rows else ""


def row(name, text, goal, is_reached):
    return [name, text, goal, "reached" if is_reached else "**not reached**"]


def ratio_rows(result):
    for name in ("rewind", "rewind-demo"):
        for peer, least in (("venomqa-file-copy", FILE_COPY_RATIO), ("venomqa-context", CONTEXT_RATIO)):
            ours, theirs = rates(result, name), rates(result, peer)
            ratios = [ours[turn] / theirs[turn] for turn in ours if turn in theirs]
            if ratios:
                ratio = statistics.median(ratios)
                title = "transitions/s: %s over %s" % (known()[name].title, known()[peer].title)
                yield row(title, "%.1f ×" % ratio, "≥ %d ×" % least, ratio >= least)


def overhead_rows(result):
    for name in ("rewind", "rewind-demo"):
        overhead = tools.median([run["overhead"] for run in result["speed"] if run["tool"] == name])
        if overhead is not None:
            title = "time in which the API is not asked: %s" % known()[name].title
            goal = "≤ %.0f %%" % (100 * MOST_OVERHEAD)
            yield row(title, "%.0f %%" % (100 * overhead), goal, overhead <= MOST_OVERHEAD)


def tutorial_rows(result):
    for find in result["tutorial"]:
        run = next((r for r in with_bugs(result, "rewind") if r["bug"] == find["bug"]), None)
        if run:
            requests = run["reachedAfterRequests"]
            text = "reached after %s requests, %d with repetitions and replays" % (number(requests), run["requests"])
            is_reached = requests is not None and requests <= MOST_REQUESTS and find["isReported"]
            yield row("requests: `%s`" % find["bug"], text, "≤ %d" % MOST_REQUESTS, is_reached)
        yield row(
            "`rewind demo`, from start to end: `%s`" % find["bug"], "%.2f s" % find["wallSeconds"],
            "< %.0f s" % MOST_SECONDS, find["isReported"] and find["wallSeconds"] < MOST_SECONDS)


def notes(result):
    return "\n".join("- **%s**: %s." % (known()[name].title, known()[name].note) for name in present(result))
