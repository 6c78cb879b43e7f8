// An ordinary script of the page that knows nothing of consent. Like many, it
// sets an analytics and an ad cookie whenever it runs; whether the browser
// keeps them is for the consent script to say.
(function () {
  "use strict";

  function run() {
    document.cookie = "_ga=GA1.1.1234567890; Path=/; Max-Age=3600; SameSite=Lax";
    document.cookie = "_fbp=fb.1.1234567890; Path=/; Max-Age=3600; SameSite=Lax";
    return fetch("/demo/sink/script", { cache: "no-store" }).catch(function () {});
  }

  // Requests of this page, as the browser itself counts them.
  function seen(path) {
    return performance.getEntriesByType("resource").filter(function (entry) {
      return new URL(entry.name).pathname === path;
    }).length;
  }

  function hasCookie(name) {
    return document.cookie.split("; ").some(function (pair) {
      return pair.indexOf(name + "=") === 0;
    });
  }

  function put(row, column, value, on) {
    var cell = row.cells[column];
    cell.textContent = value;
    cell.className = on ? "on" : "off";
  }

  function showHere() {
    document.querySelectorAll("#ran tr").forEach(function (row) {
      if (row.dataset.cookie) {
        var set = hasCookie(row.dataset.cookie);
        put(row, 1, set ? "set" : "not set", set);
      } else {
        var n = seen(row.dataset.path);
        put(row, 1, n ? "ran " + (n > 1 ? n + "×" : "once") : "did not run", n > 0);
      }
    });
  }

  function showAll() {
    return fetch("/demo/sink.json", { cache: "no-store" })
      .then(function (response) { return response.json(); })
      .then(function (counts) {
        document.querySelectorAll("#ran tr[data-sink]").forEach(function (row) {
          row.cells[2].textContent = counts[row.dataset.sink];
        });
      })
      .catch(function () {});
  }

  function show() {
    showHere();
    return showAll();
  }

  // The links of the visitor switcher keep each other's settings.
  function wireSwitcher() {
    var now = new URLSearchParams(location.search);
    document.querySelectorAll("a[data-set]").forEach(function (link) {
      var key = link.dataset.set;
      var value = new URLSearchParams(link.search).get(key);
      var next = new URLSearchParams(now);
      var current = now.get(key) === value;
      if (current) {
        link.setAttribute("aria-current", "true");
        next.delete(key);
      } else {
        next.set(key, value);
      }
      link.search = next.toString();
    });
    if (now.toString()) {
      document.querySelector(".lab").open = true;
    }
    document.getElementById("again").addEventListener("click", function () {
      document.cookie = "lx_consent=; Path=/; Max-Age=0";
      location.reload();
    });
  }

  wireSwitcher();
  run().then(show);
  window.addEventListener("load", show);
  window.addEventListener("lxconsent:change", function () { run().then(show); });
  if (window.PerformanceObserver) {
    new PerformanceObserver(showHere).observe({ type: "resource" });
  }
})();
