import { useEffect, useRef } from "react";
import { useLocation } from "wouter";

/**
 * Leads the focus into a page that a link of the dashboard has opened: the link is gone with its page, and who
 * hears or types would be nowhere. A page that the browser has loaded begins at its top, as any.
 */
export function useArrival(): void {
  const [path] = useLocation();
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    // A page may have to be fetched first.
    const lead = () => {
      const main = document.getElementById("main");
      if (!main || document.activeElement !== document.body) return false;
      main.tabIndex = -1;
      main.focus({ preventScroll: true });
      return true;
    };
    if (lead()) return;
    const watch = new MutationObserver(() => lead() && watch.disconnect());
    watch.observe(document.body, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, [path]);
}
