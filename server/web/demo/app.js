// An ordinary script of the page that knows nothing of consent. Like many, it
// sets an analytics and an ad cookie whenever it runs; whether the browser
// keeps them is for the consent script to say.
(() => {
  const run = () => {
    document.cookie = "_ga=GA1.1.1234567890; Path=/; Max-Age=3600; SameSite=Lax";
    document.cookie = "_fbp=fb.1.1234567890; Path=/; Max-Age=3600; SameSite=Lax";
    // The body is read, since a browser counts a request as open until then.
    return fetch("/demo/sink/script", { cache: "no-store" }).then((response) => response.text()).catch(() => {});
  };

  // Requests of this page, as the browser itself counts them.
  const seen = (path) =>
    performance.getEntriesByType("resource").filter((entry) => new URL(entry.name).pathname === path).length;

  const hasCookie = (name) => document.cookie.split("; ").some((pair) => pair.startsWith(`${name}=`));

  const put = (cell, text, on) => {
    cell.textContent = text;
    cell.className = on ? "on" : "off";
  };

  const showHere = () => {
    for (const row of document.querySelectorAll("#ran tr")) {
      const { cookie, path } = row.dataset;
      if (cookie) {
        const set = hasCookie(cookie);
        put(row.cells[1], set ? "set" : "not set", set);
      } else {
        const n = seen(path);
        put(row.cells[1], ["did not run", "ran once"][n] ?? `ran ${n}×`, n > 0);
      }
    }
  };

  const showAll = async () => {
    const response = await fetch("/demo/sink.json", { cache: "no-store" });
    const counts = await response.json();
    for (const row of document.querySelectorAll("#ran tr[data-sink]")) {
      row.cells[2].textContent = counts[row.dataset.sink];
    }
  };

  const show = () => {
    showHere();
    showAll().catch(() => {});
  };

  // The links of the visitor switcher keep each other's settings.
  const wireSwitcher = () => {
    const now = new URLSearchParams(location.search);
    for (const link of document.querySelectorAll("a[data-set]")) {
      const key = link.dataset.set;
      const value = new URLSearchParams(link.search).get(key);
      const next = new URLSearchParams(now);
      if (now.get(key) === value) {
        link.setAttribute("aria-current", "true");
        next.delete(key);
      } else {
        next.set(key, value);
      }
      link.search = next.toString();
    }
    document.getElementById("again").addEventListener("click", () => {
      document.cookie = "lx_consent=; Path=/; Max-Age=0";
      location.reload();
    });
  };

  wireSwitcher();
  run().then(show);
  window.addEventListener("load", show);
  window.addEventListener("lxconsent:change", () => run().then(show));
  new PerformanceObserver(showHere).observe({ type: "resource" });
})();
