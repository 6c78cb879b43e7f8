// Reads from a page everything that the checks look at, in one go.

/** The facts about the banner or the preferences, whichever stands. */
export const facts = (page) => page.evaluate(read);

/* Runs in the page. */
function read() {
  const box = document.querySelector("#lx-consent");
  const rect = (e) => {
    const r = e.getBoundingClientRect();
    return { x: r.x, y: r.y, width: r.width, height: r.height, right: r.right, bottom: r.bottom };
  };
  const rgb = (s) => {
    const m = /rgba?\(([^)]+)\)/.exec(s);
    if (m) {
      const [r, g, b, a = 1] = m[1].split(/[\s,/]+/).map(Number);
      return [r, g, b, a];
    }
    const c = /color\(srgb ([^)]+)\)/.exec(s);
    if (c) {
      const [r, g, b, a = 1] = c[1].split(/[\s/]+/).map(Number);
      return [r * 255, g * 255, b * 255, a];
    }
    return [0, 0, 0, 0];
  };
  const over = (front, back) => front.slice(0, 3).map((c, i) => c * front[3] + back[i] * (1 - front[3]));
  const behind = (e) => {
    const layers = [];
    for (let n = e; n; n = n.parentElement) {
      const c = rgb(getComputedStyle(n).backgroundColor);
      if (c[3] > 0) layers.push(c);
      if (c[3] >= 1) break;
    }
    return layers.reverse().reduce((back, c) => over(c, back), [255, 255, 255]);
  };
  const light = (c) => {
    const [r, g, b] = c.map((x) => {
      const v = x / 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (e) => {
    const back = behind(e);
    let shown = rgb(getComputedStyle(e).color);
    for (let n = e; n; n = n.parentElement) shown = [shown[0], shown[1], shown[2], shown[3] * Number(getComputedStyle(n).opacity)];
    const [a, b] = [light(over(shown, back)), light(back)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const visible = (e) => {
    const r = e.getBoundingClientRect();
    const s = getComputedStyle(e);
    return r.width > 1 && r.height > 1 && s.visibility === "visible" && s.display !== "none" && Number(s.opacity) > 0.1;
  };
  // What a scrolling ancestor leaves of an element, and the window.
  const clipped = (e) => {
    let r = rect(e);
    for (let n = e.parentElement; n; n = n.parentElement) {
      if (getComputedStyle(n).overflow === "visible" || n === document.body || n === document.documentElement) continue;
      const p = n.getBoundingClientRect();
      r = { ...r, x: Math.max(r.x, p.x), y: Math.max(r.y, p.y), right: Math.min(r.right, p.right), bottom: Math.min(r.bottom, p.bottom) };
    }
    r = { ...r, x: Math.max(r.x, 0), y: Math.max(r.y, 0), right: Math.min(r.right, innerWidth), bottom: Math.min(r.bottom, innerHeight) };
    return Math.max(0, r.right - r.x) * Math.max(0, r.bottom - r.y);
  };
  const button = (e) => {
    if (!e) return null;
    const s = getComputedStyle(e);
    const r = rect(e);
    return {
      tag: e.tagName, type: e.getAttribute("role") ?? "", text: e.textContent.trim(), name: e.getAttribute("aria-label") ?? e.textContent.trim(),
      rect: r, visible: visible(e), share: r.width * r.height ? clipped(e) / (r.width * r.height) : 0,
      size: s.fontSize, weight: s.fontWeight, padding: s.padding, border: s.borderWidth, back: behind(e), edge: s.borderColor,
      transform: s.textTransform, animation: s.animationName, decoration: s.textDecorationLine,
      contrast: contrast(e),
    };
  };
  const window_ = { width: innerWidth, height: innerHeight };
  const root = getComputedStyle(document.documentElement);
  const body = getComputedStyle(document.body);
  const main = document.querySelector("main, h1") ?? document.body;
  const common = {
    window: window_,
    wide: document.documentElement.scrollWidth,
    locked: [root, body].some((s) => s.overflowY === "hidden" || s.overflow === "hidden" || s.position === "fixed"),
    blurred: [document.body, main].some((e) => getComputedStyle(e).filter !== "none" || Number(getComputedStyle(e).opacity) < 1 || e.inert || e.hidden),
    triggers: [...document.querySelectorAll('[data-lx-action="settings"]')].filter((e) => !box?.contains(e)).map((e) => ({
      text: e.textContent.trim(), name: e.getAttribute("aria-label") ?? e.textContent.trim(), visible: visible(e), icon: !!e.querySelector("svg"), rect: rect(e),
    })),
    statuses: [...document.querySelectorAll("[role=status]")].map((e) => ({ text: e.textContent.trim(), visible: visible(e), inside: !!box?.contains(e) })),
  };
  if (!box) return { ...common, box: null };
  const q = (action) => box.querySelector(`[data-lx-action="${action}"]`);
  const focus = document.activeElement;
  const labelled = box.getAttribute("aria-labelledby");
  const texts = [...box.querySelectorAll("h2, p, small, label, b, button, a, option, select")].filter(
    (e) => visible(e) && [...e.childNodes].some((n) => n.nodeType === 3 && n.nodeValue.trim()),
  );
  return {
    ...common,
    box: {
      rect: rect(box), view: box.getAttribute("data-lx-view"), role: box.getAttribute("role") ?? box.tagName.toLowerCase(), modal: box.matches(":modal"),
      ariaModal: box.getAttribute("aria-modal"), lang: box.lang || box.closest("[lang]")?.lang, dir: getComputedStyle(box).direction,
      name: (labelled ? document.getElementById(labelled)?.textContent : box.getAttribute("aria-label"))?.trim() ?? "", visible: visible(box),
      scrolls: box.scrollWidth > box.clientWidth + 1, text: [...box.querySelectorAll("h2, p")].map((e) => e.textContent).join(" "),
      transition: getComputedStyle(box).transitionDuration,
    },
    accept: button(q("accept")), reject: button(q("reject")), settings: button(q("settings")), save: button(q("save")), close: button(q("close")),
    order: [...box.querySelectorAll("[data-lx-action]")].filter(visible).map((e) => ({ action: e.getAttribute("data-lx-action"), rect: rect(e) })),
    links: [...box.querySelectorAll("a[href]")].map((e) => ({ href: e.href, text: e.textContent.trim(), visible: visible(e) })),
    focus: focus && box.contains(focus) ? (focus.getAttribute("data-lx-action") ?? focus.tagName) : "",
    controls: [...box.querySelectorAll("button, input, select, a[href]")].filter(visible).map((e) => {
      const target = e.tagName === "INPUT" ? (e.closest("label") ?? e) : e;
      const r = rect(target);
      return { tag: e.tagName, name: (e.getAttribute("data-lx-action") ?? e.textContent.trim()) || e.tagName, width: r.width, height: r.height, inline: e.tagName === "A" };
    }),
    texts: texts.map((e) => ({
      tag: e.tagName, text: e.textContent.trim().slice(0, 40), size: parseFloat(getComputedStyle(e).fontSize), contrast: contrast(e),
      cut: (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== "inline" && getComputedStyle(e).overflow !== "auto") || getComputedStyle(e).textOverflow === "ellipsis",
      outside: rect(e).right > innerWidth + 1 || rect(e).x < -1,
    })),
    fields: [...box.querySelectorAll("input, textarea, iframe")].filter((e) => !["checkbox", "radio"].includes(e.type)).map((e) => e.type || e.tagName),
    rows: [...box.querySelectorAll("[data-lx-purpose]")].map((e) => {
      const row = e.closest("section") ?? e.parentElement?.parentElement;
      return {
        id: e.getAttribute("data-lx-purpose"), type: e.type, role: e.getAttribute("role") ?? e.type, checked: !!e.checked, disabled: !!e.disabled,
        label: (e.labels?.[0]?.textContent ?? e.getAttribute("aria-label") ?? "").trim(), title: row?.querySelector("b")?.textContent?.trim() ?? "",
        text: row?.querySelector("p")?.textContent?.trim() ?? "",
      };
    }),
  };
}
