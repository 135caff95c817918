"use strict";
// Shows one violation and one step at a time, by click, key or address. Everything is in the page without this, too.
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const violations = all(".violation");
  const search = document.getElementById("search");
  const hits = document.getElementById("hits");

  root.classList.add("js");
  for (const element of all(".search, .copy, .keys")) element.hidden = false;

  const stepsOf = (violation) => all(".step", violation);
  const chosen = () => violations.find((violation) => violation.classList.contains("chosen"));
  const chosenStep = (violation) => stepsOf(violation).find((step) => step.classList.contains("chosen"));

  const mark = (links, isCurrent) => {
    for (const link of links) {
      if (isCurrent(link)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };

  // The step that goes wrong is what one wants to see first.
  const choose = (violation, step) => {
    const steps = stepsOf(violation);
    const shown = step ?? steps[steps.length - 1];
    for (const other of violations) other.classList.toggle("chosen", other === violation);
    for (const other of steps) other.classList.toggle("chosen", other === shown);
    mark(all(".list a"), (link) => link.hash === "#" + violation.id);
    mark(all(".to-step", violation), (link) => shown && link.dataset.step === shown.id);
    return shown;
  };

  // Takes an address within the page to what it names, opening what hides it.
  const follow = (hash) => {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target) return false;
    const violation = target.closest(".violation");
    if (violation) choose(violation, target.closest(".step"));
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    return target;
  };

  const go = (element, focus = true) => {
    history.replaceState(null, "", "#" + element.id);
    follow("#" + element.id);
    if (focus) element.focus({ preventScroll: true });
    const top = element.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight * 0.8) element.scrollIntoView({ block: "nearest" });
  };

  const move = (items, current, by) => items[Math.min(items.length - 1, Math.max(0, items.indexOf(current) + by))];

  const keys = {
    j: () => stepBy(1), k: () => stepBy(-1), n: () => violationBy(1), p: () => violationBy(-1),
    "/": () => search.focus(),
  };
  const stepBy = (by) => {
    const violation = chosen();
    const next = violation && move(stepsOf(violation), chosenStep(violation), by);
    if (next) go(next);
  };
  const violationBy = (by) => {
    const next = move(violations, chosen(), by);
    if (next) go(next);
  };

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && (search.value || document.activeElement === search)) {
      search.value = "";
      hits.replaceChildren();
      search.blur();
      return;
    }
    if (event.target.closest("input, textarea, select")) return;
    if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  addEventListener("hashchange", () => follow(location.hash)?.focus?.({ preventScroll: true }));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#'], a[data-step]");
    if (link) {
      const target = document.getElementById((link.getAttribute("href") ?? "").slice(1));
      if (target) {
        event.preventDefault();
        hits.replaceChildren();
        go(target);
      }
      return;
    }
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    if (!event.target.closest(".search")) hits.replaceChildren();
  });

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };

  // What can be found: each violation, step, rule and row of the matrix, by all its text.
  const places = () => all(".violation > h2, .step, .part tr, .warnings li, .reasons li").map((element) => ({
    element,
    text: element.textContent.replace(/\s+/g, " ").trim(),
  }));
  let index;

  const find = (words) => {
    index ??= places();
    const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
    return index.filter((place) => {
      const text = place.text.toLowerCase();
      return sought.every((word) => text.includes(word));
    });
  };

  const nameOf = (element) => {
    const violation = element.closest(".violation");
    if (!violation) return element.closest(".part")?.querySelector("h2")?.textContent ?? "Notes";
    return violation.querySelector("p.rule strong").textContent;
  };

  const show = (found) => {
    const links = found.slice(0, 20).map((place, number) => {
      const link = document.createElement("a");
      const where = document.createElement("small");
      const target = place.element.closest("[id]") ?? place.element;
      if (!place.element.id) place.element.id = "hit-" + index.indexOf(place);
      link.href = "#" + (target.tagName === "H2" ? target.closest("article").id : place.element.id);
      link.textContent = place.text.slice(0, 90);
      where.textContent = nameOf(place.element);
      link.append(where);
      return link;
    });
    const count = document.createElement("p");
    count.textContent = found.length === 0 ? "Nothing found." : found.length > 20 ? `${found.length} found, 20 shown.` : `${found.length} found.`;
    hits.replaceChildren(count, ...links);
  };

  search.addEventListener("input", () => {
    if (search.value.trim() === "") hits.replaceChildren();
    else show(find(search.value));
  });
  search.addEventListener("keydown", (event) => {
    const first = hits.querySelector("a");
    if (event.key === "Enter" && first) first.click();
    if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
  });

  if (violations.length > 1) document.querySelector(".violations").classList.add("several");
  if (!(location.hash && follow(location.hash)) && violations.length > 0) choose(violations[0]);
})();
