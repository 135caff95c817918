"""Opens a report in Chromium and looks at it as its readers do.

    check.py REPORT CHECK...          each check by its name; exits with 1 when one fails
    check.py REPORT screenshot FOLDER what docs/images has

The browser is Debian's, driven by its own driver. The accessibility checker is axe-core, from the file $AXE.
"""
import json
import os
import pathlib
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

LAPTOP, PHONE = (1280, 800), (390, 844)


class Failure(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Failure(what)


class Report:
    """A report in a browser."""

    def __init__(self, path):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--disable-background-networking", "--force-color-profile=srgb", "--hide-scrollbars"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.url = pathlib.Path(path).resolve().as_uri()
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(120)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def open(self, size=LAPTOP, dark=False, fragment="", script=True, scale=1):
        self.command("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=scale,
                     mobile=size == PHONE)
        self.command("Emulation.setEmulatedMedia", media="",
                     features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.command("Emulation.setScriptExecutionDisabled", value=not script)
        self.driver.get("about:blank")
        for kind in ["browser", "performance"]:
            self.driver.get_log(kind)
        self.driver.get(self.url + fragment)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def shown(self, selector):
        return [element for element in self.all(selector) if element.is_displayed()]

    def shown_ids(self, selector):
        return [element.get_attribute("id") for element in self.shown(selector)]

    def press(self, *keys):
        body = self.driver.switch_to.active_element
        for key in keys:
            body.send_keys(key)

    def fragment(self):
        return self.run("return location.hash")

    def is_in_view(self, selector):
        return self.run(
            """const place = [...document.querySelectorAll(arguments[0])].map((e) => e.getBoundingClientRect())
                 .find((place) => place.height > 0);
               return !!place && place.top >= 0 && place.top < innerHeight - 20""", selector)


# What every report must do


def opens(report):
    """From a file, alone, without a complaint."""
    report.open()
    complaints = [entry["message"] for entry in report.driver.get_log("browser")]
    expect(not complaints, f"the console says {complaints}")
    requests = []
    for entry in report.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
            requests.append(message["params"].get("request", message["params"])["url"])
    expect([url for url in requests if url == report.url], f"its own request is not among {requests}")
    expect(set(requests) == {report.url}, f"it asks for {sorted(set(requests) - {report.url})}")
    expect(report.run("return document.querySelectorAll('[src], link, iframe, object, embed, base').length") == 0,
           "it has elements that load something")
    expect(len(report.shown("h1 .badge")) == 1, "no verdict is to be seen")


def answers_at_once(report):
    """On a laptop's screen, without scrolling: verdict, sentence, path, what was answered, and what changed."""
    report.open()
    for selector in ["h1 .badge", ".verdict .answer", ".proof", ".chosen h2", ".chosen .path .wrong",
                     ".chosen .step.chosen h4", ".chosen .step.chosen h4.answer", ".chosen .step.chosen .rows tbody tr"]:
        expect(report.is_in_view(selector), f"{selector} is not in view")


def clicks(report):
    """One selection for all: path, graph, requests and changes."""
    report.open()
    steps = [step.get_attribute("id") for step in report.all("#v1 .step")]
    expect(report.shown_ids(".step") == steps[-1:], "the step that goes wrong is not the one shown first")
    report.all("#v1 .path a")[1].click()
    expect(report.shown_ids(".step") == [steps[1]], f"after a click {report.shown_ids('.step')} are shown")
    expect(report.fragment() == "#" + steps[1], f"the address says {report.fragment()}")
    current = [element.get_attribute("data-step") for element in report.all("#v1 [aria-current]")]
    expect(current == [steps[1]] * 2, f"path and graph have {current} as the current step")
    report.open(fragment="#" + steps[0])
    expect(report.shown_ids(".step") == [steps[0]], "the address does not lead to its step")
    if len(report.all(".violation")) > 1:
        report.all(".list a")[1].click()
        expect(report.shown_ids(".violation") == ["v2"], f"{report.shown_ids('.violation')} are shown")


def keys(report):
    report.open()
    steps = [step.get_attribute("id") for step in report.all("#v1 .step")]
    report.press("k")
    expect(report.shown_ids(".step") == [steps[-2]], f"k leads to {report.shown_ids('.step')}")
    report.press("j")
    expect(report.shown_ids(".step") == [steps[-1]], f"j leads to {report.shown_ids('.step')}")
    report.press("j")
    expect(report.shown_ids(".step") == [steps[-1]], "j leads beyond the last step")
    if len(report.all(".violation")) > 1:
        report.press("n")
        expect(report.shown_ids(".violation") == ["v2"], f"n leads to {report.shown_ids('.violation')}")
        report.press("p")
        expect(report.shown_ids(".violation") == ["v1"], f"p leads to {report.shown_ids('.violation')}")


def searches(report):
    report.open()
    report.press("/")
    expect(report.driver.switch_to.active_element.get_attribute("id") == "search", "/ does not lead to the search")
    first = report.all("#v1 .step h3 code")[0].get_attribute("textContent")
    report.press(first)
    expect(len(report.shown("#hits a")) > 0, f"nothing is found for {first}")
    report.press(Keys.ENTER)
    expect(first in report.shown(".step")[0].text, "the search does not lead to what it found")
    report.press("/")
    report.press("no such thing anywhere")
    expect([hit.text for hit in report.shown("#hits p")] == ["Nothing found."], "what is not there is found")
    report.press(Keys.ESCAPE)
    expect(report.shown("#hits p") == [], "Escape leaves the hits")


def tells_examples(report):
    """The matrix opens to an example of each cell."""
    report.open()
    cells = report.all(".matrix td details")
    expect(len(cells) > 0, "the matrix has no cell to open")
    report.run("arguments[0].scrollIntoView({block: 'center'})", cells[0])
    cells[0].find_element(By.TAG_NAME, "summary").click()
    text = cells[0].text
    expect("Expected:" in text and ("Accepted:" in text or "Refused:" in text), f"a cell opens to {text!r}")


def does_without_script(report):
    report.open(script=False)
    text = report.driver.find_element(By.TAG_NAME, "body").text
    expect(len(report.shown(".violation")) == len(report.all(".violation")) > 0, "violations are hidden")
    expect(len(report.shown(".step")) == len(report.all(".step")) > 0, "steps are hidden")
    for selector in ["h1 .badge", ".violation h2", ".path .label"]:
        for element in report.all(selector):
            expect(element.text and element.text in text, f"{selector} is not to be read")
    expect(not report.shown(".search, .copy, .keys"), "what needs a script is shown without one")


def is_accessible(report):
    source = pathlib.Path(os.environ["AXE"]).read_text(encoding="utf-8")
    for name, size, dark in [("light", LAPTOP, False), ("dark", LAPTOP, True), ("phone", PHONE, False)]:
        report.open(size, dark)
        report.run("for (const part of document.querySelectorAll('details')) part.open = true;")
        # By the debugger, as the page's own policy lets no other script in.
        report.command("Runtime.evaluate", expression=source)
        answer = report.command("Runtime.evaluate", awaitPromise=True, returnByValue=True, expression="""
            axe.run(document, { resultTypes: ["violations"] }).then((result) => JSON.stringify({
              passes: result.passes.map((rule) => rule.id),
              violations: result.violations.map((rule) => [rule.id, rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 160) + " " + node.failureSummary)]),
            }))""")
        result = json.loads(answer["result"]["value"])
        expect({"color-contrast", "region", "landmark-one-main"} <= set(result["passes"]) or result["violations"],
               f"the checker only looked at {result['passes']}")
        expect(not result["violations"], f"{name}: {json.dumps(result['violations'], indent=1)}")


def is_dark_in_the_dark(report):
    def brightness():
        color = report.run("return getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in color[4:-1].split(","))
    report.open(dark=False)
    light = brightness()
    report.open(dark=True)
    expect(light > 600 and brightness() < 150, f"brightness is {light} and {brightness()}")


def fits_a_phone(report):
    report.open(PHONE)
    widths = report.run("return [document.documentElement.scrollWidth, innerWidth]")
    expect(widths[0] <= widths[1] == PHONE[0], f"the page is {widths[0]} wide on a screen of {widths[1]}")


def prints(report):
    """Everything, not just what is chosen."""
    report.open()
    report.command("Emulation.setEmulatedMedia", media="print")
    expect(len(report.shown(".step")) == len(report.all(".step")), "steps are missing in print")
    pdf = report.command("Page.printToPDF")["data"]
    expect(len(pdf) > 10_000, "the PDF is empty")


def runs_nothing(report):
    """What an API answered is shown and not run."""
    report.open()
    expect(report.run("return window.ran") is None, "something ran")
    expect(report.all("img") == [], "an element came from an answer")
    expect(len(report.all("script")) == 1, "a script came from an answer")
    text = report.run("return document.body.textContent")
    for shown in ["</script><img src=x onerror=", "⟨U+202E⟩", "⟨U+0000⟩", "of 5,000,"]:
        expect(shown in text, f"{shown!r} is not shown")
    expect("\u202e" not in text and "\0" not in text, "what turns text around is there as it is")
    handlers = report.run("""return [...document.querySelectorAll('*')].flatMap((e) => [...e.attributes])
        .filter((a) => a.name.startsWith('on') || /^\\s*javascript:/i.test(a.value)).map((a) => a.name)""")
    expect(handlers == [], f"attributes that run: {handlers}")


def opens_quickly(report):
    started = time.monotonic()
    report.open()
    expect(len(report.shown("h1 .badge")) == 1, "no verdict is to be seen")
    seconds = time.monotonic() - started
    own = report.run("return performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
    print(f"opened in {own:.2f} s, {seconds:.2f} s with the browser's part")
    expect(own < 3, f"it took {own:.2f} s to open")


CHECKS = {check.__name__.replace("_", "-"): check for check in [
    opens, answers_at_once, clicks, keys, searches, tells_examples, does_without_script, is_accessible,
    is_dark_in_the_dark, fits_a_phone, prints, runs_nothing, opens_quickly]}


def screenshots(report, folder):
    folder = pathlib.Path(folder)
    for name, size, dark, fragment, scale in [
            ("report", LAPTOP, False, "", 1), ("report-dark", LAPTOP, True, "", 1), ("report-phone", PHONE, False, "", 1),
            ("report-matrix", LAPTOP, False, "#matrix", 1), ("report-graph", LAPTOP, False, "", 1)]:
        report.open(size, dark, fragment, scale=scale)
        if name == "report-graph":
            report.run("document.querySelector('.chosen .graph').scrollIntoView()")
        report.driver.save_screenshot(str(folder / f"{name}.png"))


def main():
    path, *names = sys.argv[1:]
    report = Report(path)
    failed = False
    try:
        if names[0] == "screenshots":
            return screenshots(report, names[1])
        for name in names:
            try:
                CHECKS[name](report)
                print(f"ok {name}")
            except Failure as failure:
                failed = True
                print(f"FAILED {name}: {failure}")
    finally:
        report.driver.quit()
    sys.exit(1 if failed else 0)


main()
