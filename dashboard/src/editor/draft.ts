import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, type Finding, type Problem, problemOf, type SiteDocument, type SiteView } from "../api";
import { t } from "../i18n";
import { useSession } from "../session";
import { fieldName } from "./field-names";
import { joined, same } from "./join";
import { forget, keep } from "./unsaved";

type SaveState =
  | { kind: "saved" }
  | { kind: "unsaved" }
  | { kind: "saving" }
  | { kind: "failed"; problem: Problem };

export interface Draft {
  doc: SiteDocument;
  state: SaveState;
  /** Names this visit of the editor among those of which something was kept. */
  visit: string;
  /** What the rules say of the document that was saved last. */
  findings: Finding[];
  /** Changes the document; it is saved a moment later. */
  change: (edit: (doc: SiteDocument) => SiteDocument) => void;
  /** Takes the last change back; undefined when there is none. */
  undo: (() => void) | undefined;
  /** Saves what is not saved yet; false when the server refused it. */
  flush: () => Promise<boolean>;
  /** Takes over what the server holds, unless something is unsaved here. */
  adopt: (site: SiteView) => void;
  /** Gives up what is unsaved, so that the next adopt takes over. */
  discard: () => void;
}

const pause = 600;
/** Changes that follow each other this closely are one when they are taken back. */
const together = 900;
const kept = 50;
const again = 5000;

/** Says that somebody else edits too, and what of theirs was not taken. */
function tellJoined(both: string[]) {
  notifications.show({
    title: t("This draft was changed elsewhere, too"),
    message:
      both.length > 0
        ? t("Their changes are in, but for what you changed as well: {fields}. There yours stays.", { fields: both.map((path) => fieldName(path) ?? path).join(", ") })
        : t("Their changes are in, beside yours."),
    autoClose: 10_000,
  });
}

/**
 * Keeps the document that is edited and saves it by itself. One save runs at a
 * time and the newest document always wins, so that a slow answer can never
 * put an older text back. What others save meanwhile is joined with it.
 */
export function useDraft(site: SiteView): Draft {
  const [doc, setDoc] = useState(site.draft);
  const [state, setState] = useState<SaveState>({ kind: "saved" });
  const [findings, setFindings] = useState<Finding[]>([]);
  const latest = useRef(site.draft);
  const stored = useRef(site.draft);
  const version = useRef(site.version);
  const running = useRef<Promise<boolean> | null>(null);
  const past = useRef<SiteDocument[]>([]);
  const changed = useRef(0);
  const [depth, setDepth] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const client = useQueryClient();
  const { id, tenant } = site;
  const [visit] = useState(() => Date.now().toString(36) + Math.random().toString(36).slice(2));

  /** Keeps what is not saved, for whoever comes back; nothing when all is. */
  const retain = useCallback(() => {
    if (stored.current === latest.current) forget({ id, tenant }, visit);
    else keep({ id, tenant }, visit, stored.current, latest.current);
  }, [id, tenant, visit]);

  /** Takes in what others have saved; false when it cannot be had. */
  const join = useCallback(async (): Promise<boolean> => {
    try {
      const theirs = await api.site(id);
      const { doc: next, both } = joined(stored.current, latest.current, theirs.draft);
      stored.current = theirs.draft;
      version.current = theirs.version;
      latest.current = next;
      setDoc(next);
      // Taking a change back would take theirs back as well.
      past.current = [];
      setDepth(0);
      tellJoined(both);
      return true;
    } catch {
      return false;
    }
  }, [id]);

  const flush = useCallback((): Promise<boolean> => {
    clearTimeout(timer.current);
    running.current ??= (async () => {
      for (let joins = 0; stored.current !== latest.current; ) {
        const sending = latest.current;
        setState({ kind: "saving" });
        try {
          const answer = await api.saveDraft(id, sending, version.current);
          stored.current = sending;
          version.current = answer.version;
          setFindings(answer.findings);
          // An answer that is on its way is older than this.
          await client.cancelQueries({ queryKey: ["site", id] });
          client.setQueryData<SiteView>(
            ["site", id],
            (old) => old && { ...old, draft: sending, changed: answer.changed, version: answer.version },
          );
        } catch (error) {
          if (problemOf(error).code === "changed-meanwhile" && joins++ < 5 && (await join())) continue;
          // Something newer was typed meanwhile: that is what counts now.
          if (sending !== latest.current) continue;
          setState({ kind: "failed", problem: problemOf(error) });
          retain();
          return false;
        }
      }
      setState({ kind: "saved" });
      retain();
      return true;
    })().finally(() => {
      running.current = null;
    });
    return running.current;
  }, [id, client, join, retain]);

  const put = useCallback(
    (next: SiteDocument) => {
      latest.current = next;
      setDoc(next);
      setState((now) => (now.kind === "saving" ? now : { kind: "unsaved" }));
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush(), pause);
    },
    [flush],
  );

  const change = useCallback(
    (edit: (doc: SiteDocument) => SiteDocument) => {
      const next = edit(latest.current);
      if (next === latest.current) return;
      const now = Date.now();
      if (now - changed.current > together) past.current = [...past.current, latest.current].slice(-kept);
      changed.current = now;
      setDepth(past.current.length);
      put(next);
    },
    [put],
  );

  const undo = useCallback(() => {
    const before = past.current.pop();
    changed.current = 0;
    setDepth(past.current.length);
    if (before) put(before);
  }, [put]);

  const adopt = useCallback((given: SiteView) => {
    if (stored.current !== latest.current) return;
    version.current = given.version;
    if (same(given.draft, stored.current)) return;
    latest.current = given.draft;
    stored.current = given.draft;
    setDoc(given.draft);
    past.current = [];
    setDepth(0);
  }, []);

  const discard = useCallback(() => {
    clearTimeout(timer.current);
    latest.current = stored.current;
    setDoc(stored.current);
    setState({ kind: "saved" });
    retain();
  }, [retain]);

  // A draft that nobody has saved in this page has its findings too.
  useEffect(() => {
    const gone = new AbortController();
    api.findings(id, undefined, gone.signal).then(
      (found) => setFindings((now) => (now.length > 0 ? now : found.findings)),
      () => undefined,
    );
    return () => gone.abort();
  }, [id]);

  // Silence and faults of the server pass; a refusal waits for an edit.
  const passing = state.kind === "failed" && (state.problem.status === 0 || state.problem.status >= 500);
  useEffect(() => {
    if (!passing) return;
    const retry = setTimeout(() => void flush(), again);
    return () => clearTimeout(retry);
  }, [passing, flush]);

  // Who has signed in again goes on where they were.
  const session = useSession();
  useEffect(() => {
    if (session && stored.current !== latest.current) void flush();
  }, [session, flush]);

  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      if (stored.current === latest.current) return;
      void flush();
      event.preventDefault();
    };
    window.addEventListener("beforeunload", leave);
    window.addEventListener("pagehide", retain);
    return () => {
      window.removeEventListener("beforeunload", leave);
      window.removeEventListener("pagehide", retain);
      // Going to another page of the dashboard must not lose the last words.
      retain();
      void flush();
    };
  }, [flush, retain]);

  return { doc, state, visit, findings, change, undo: depth > 0 ? undo : undefined, flush, adopt, discard };
}
