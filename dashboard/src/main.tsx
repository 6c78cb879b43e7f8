import "./trusted";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app.css";
import "./frame.css";
import "./sites.css";
// Styles of a part that is loaded later do not come with it, so they are here.
import "./editor/editor.css";
import "./editor/look.css";
import "./editor/preview.css";
import "./insight/insight.css";
import "./laws/laws.css";
import "./wizard/wizard.css";
import "./narrow.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Route, Router, Switch } from "wouter";
import { askAgain, passes } from "./again";
import { ApiError, api } from "./api";
import { useArrival } from "./arrive";
import { Boundary, part } from "./boundary";
import { NotFound, Waiting } from "./frame";
import { learn } from "./i18n";
import { SignedIn, sessionKey, takeTicket } from "./session";
import { Sites } from "./sites";
import { theme } from "./theme";

// The editor is most of the code, and a list needs none of it.
const Editor = part(() => import("./editor/editor"));
const Account = part(() => import("./account/account"));
const Evidence = part(() => import("./evidence/evidence"));
const OneRecord = part(() => import("./evidence/record"));
const Inbox = part(() => import("./inbox/inbox"));
const Insight = part(() => import("./insight/insight"));
const Laws = part(() => import("./laws/laws"));
const Organisation = part(() => import("./organisation/organisation"));
const Wizard = part(() => import("./wizard/wizard"));

/** The nonce that the security policy of this response allows styles by. */
const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
// The scroll lock below modals reads its nonce from this global.
Object.assign(window, { __webpack_nonce__: nonce });

function Arrival() {
  useArrival();
  return null;
}

function start() {
  const signedOut = (error: Error) => {
    // A wrong password is a 401 too, and ends no session: what the person has
    // typed, and what is said about it, stays.
    if (error instanceof ApiError && error.problem.status === 401 && client.getQueryData(sessionKey)) {
      void api.session().catch(() => client.resetQueries({ queryKey: sessionKey }));
    }
  };
  const again = askAgain(() => client);
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        again(error);
        if (query.queryKey[0] !== sessionKey[0]) signedOut(error);
      },
    }),
    mutationCache: new MutationCache({ onError: signedOut }),
    defaultOptions: {
      // A server on the same machine answers where the browser calls itself offline.
      mutations: { networkMode: "always" },
      queries: {
        networkMode: "always",
        staleTime: 10_000,
        retry: (count, error) => count < 2 && passes(error),
      },
    },
  });
  const root = document.getElementById("root");
  if (!root) throw new Error("the page has no #root");
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <Notifications position="bottom-left" />
        <QueryClientProvider client={client}>
          <SignedIn first={takeTicket()}>
            <Router base="/dashboard">
              <Arrival />
              <Boundary>
                <Suspense fallback={<Waiting />}>
                  <Switch>
                    <Route path="/">
                      <Sites />
                    </Route>
                    <Route path="/laws">
                      <Laws />
                    </Route>
                    <Route path="/account">
                      <Account />
                    </Route>
                    <Route path="/organisation/:part?">{({ part }) => <Organisation part={part ?? ""} />}</Route>
                    <Route path="/new">
                      <Wizard />
                    </Route>
                    <Route path="/sites/:id/insight">{({ id }) => <Insight key={id} id={decodeURIComponent(id)} />}</Route>
                    <Route path="/sites/:id/evidence/records/:record">
                      {({ id, record }) => <OneRecord site={decodeURIComponent(id)} id={decodeURIComponent(record)} />}
                    </Route>
                    <Route path="/sites/:id/evidence/:part?">{({ id, part }) => <Evidence key={id} id={decodeURIComponent(id)} part={part ?? "records"} />}</Route>
                    <Route path="/sites/:id/cookies">{({ id }) => <Inbox key={id} id={decodeURIComponent(id)} />}</Route>
                    <Route path="/sites/:id">{({ id }) => <Editor key={id} id={decodeURIComponent(id)} />}</Route>
                    <Route>
                      <NotFound />
                    </Route>
                  </Switch>
                </Suspense>
              </Boundary>
            </Router>
          </SignedIn>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

void learn().then(start);
