import { Loader } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, lazy, type ReactNode, Suspense, useContext, useEffect, useRef, useState } from "react";
import { passes } from "./again";
import { api, type Session } from "./api";
import { t } from "./i18n";

// Who is signed in already needs none of the doors.
const Door = lazy(() => import("./sign-in/door"));
const Own = lazy(() => import("./sign-in/own"));

export const sessionKey = ["session"];

/** A token that came in the address, and what it is for. */
export interface Ticket {
  kind: "setup" | "invite" | "reset";
  token: string;
}

/**
 * Takes a one-time token out of the address, so that it stays neither in the
 * history nor on the screen.
 */
export function takeTicket(): Ticket | undefined {
  const found = /^#(setup|invite|reset)=(.+)$/.exec(window.location.hash);
  if (!found?.[2]) return undefined;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return { kind: found[1] as Ticket["kind"], token: found[2] };
}

// Who wants to look around first is asked once in a tab.
const LATER = "lx-look-around";
const nowhere = { getItem: () => null, setItem: () => undefined };
const tab = (): Pick<Storage, "getItem" | "setItem"> => {
  try {
    return window.sessionStorage;
  } catch {
    return nowhere;
  }
};

const Signed = createContext<Session | undefined>(undefined);

/** Who is signed in. */
export function useSession(): Session {
  const session = useContext(Signed);
  if (!session) throw new Error("used outside of <SignedIn>");
  return session;
}

/** Whether the person may do something, for one site or everywhere. */
export function useMay(): (permission: string, site?: string) => boolean {
  const { permissions, sites } = useSession();
  return (permission, site) => permissions.includes(permission) || !!(site && sites?.[site]?.includes(permission));
}

/** Shows its children to a signed-in person, and else how to sign in. */
export function SignedIn({ first, children }: { first?: Ticket; children: ReactNode }) {
  const [ticket, setTicket] = useState(first);
  // Beside the state, for a link that is pasted later is asked about before the next rendering.
  const setup = useRef(first?.kind === "setup" ? first.token : undefined);
  const [later, setLater] = useState(() => tab().getItem(LATER) === "1");
  const client = useQueryClient();
  const session = useQuery({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      const token = setup.current;
      if (!token) return api.session(signal);
      // A token works once, so it is given away at the first use.
      setup.current = undefined;
      setTicket(undefined);
      try {
        await api.signIn({ setup: token });
      } catch (refused) {
        // Nobody has used it where nobody has answered.
        if (passes(refused)) setup.current = token;
        // An old link does not sign out who is signed in already.
        return await api.session(signal).catch(() => {
          throw refused;
        });
      }
      return api.session(signal);
    },
    retry: false,
    staleTime: 5 * 60_000,
  });

  // A new link pasted into this tab changes only the part after the #.
  useEffect(() => {
    const onHash = () => {
      const next = takeTicket();
      if (!next) return;
      setTicket(next);
      setup.current = next.kind === "setup" ? next.token : undefined;
      void client.resetQueries({ queryKey: sessionKey });
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, [client]);

  const enter = () => {
    setTicket(undefined);
    void client.resetQueries({ queryKey: sessionKey });
  };
  // A session that ends takes nothing away: the page waits behind the door, with all that was typed into it.
  const held = useRef<Session>(undefined);
  const inside = session.data !== undefined && !(ticket && ticket.kind !== "setup") && !(session.data.kind === "setup" && !later);
  const other = inside && held.current !== undefined && !samePerson(held.current, session.data);
  const open = inside && !other;
  if (open) held.current = session.data;
  useEffect(() => {
    // Nothing of the one before is left for somebody else.
    if (other) window.location.reload();
  }, [other]);
  useEffect(() => {
    // What was refused meanwhile is asked for again.
    if (open) void client.invalidateQueries({ predicate: ({ state }) => state.status === "error" });
  }, [open, client]);

  const signing = (
    <main className="centred" aria-busy="true">
      <Loader aria-label={t("Signing in")} />
    </main>
  );
  const door = () => {
    if (ticket && ticket.kind !== "setup") return <Door ticket={ticket} done={enter} />;
    if (session.data?.kind === "setup" && !later)
      return (
        <Own
          done={enter}
          later={() => {
            tab().setItem(LATER, "1");
            setLater(true);
          }}
        />
      );
    if (session.isPending || other) return signing;
    return <Door error={session.error} again={held.current?.email} done={enter} retry={() => void session.refetch()} />;
  };
  return (
    <>
      {held.current && (
        <div className="inside" hidden={!open}>
          <Signed.Provider value={held.current}>{children}</Signed.Provider>
        </div>
      )}
      {!open && (
        <div className={held.current && "before"}>
          <Suspense fallback={signing}>{door()}</Suspense>
        </div>
      )}
    </>
  );
}

const samePerson = (a: Session, b: Session) => a.kind === b.kind && a.email === b.email && a.tenant === b.tenant;
