import { VisuallyHidden } from "@mantine/core";
import { Component, type ComponentType, lazy, type ReactNode, useEffect } from "react";
import { useLocation } from "wouter";
import { passes } from "./again";
import { ApiError, api, problemOf } from "./api";
import { TopBar } from "./frame";
import { t } from "./i18n";
import { ProblemAlert } from "./problem";

/** A part of the dashboard that is fetched when it is first opened: from a server that may be away, or that has newer parts by now. */
export function part<P>(load: () => Promise<{ default: ComponentType<P> }>) {
  return lazy(() =>
    load().catch(() => {
      throw new ApiError({
        title: t("This page could not be loaded"),
        status: 0,
        fix: t("Check that the server runs and that you are online. The page tries again by itself."),
      });
    }),
  );
}

/** Says what went wrong where a page would be empty, and lets go of it with the next one. */
export function Boundary({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  return <Catch path={path}>{children}</Catch>;
}

class Catch extends Component<{ path: string; children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(before: { path: string }) {
    if (before.path !== this.props.path && this.state.error) this.setState({ error: undefined });
  }

  override render() {
    return this.state.error ? <Fallen error={this.state.error} /> : this.props.children;
  }
}

function Fallen({ error }: { error: unknown }) {
  useEffect(() => {
    if (!passes(error)) return;
    // A part that failed once is not fetched again by every browser, a page is.
    const timer = setInterval(() => void api.session().then(() => window.location.reload(), () => undefined), 5000);
    return () => clearInterval(timer);
  }, [error]);
  return (
    <>
      <TopBar />
      <main className="page" id="main">
        <VisuallyHidden component="h1">{problemOf(error).title}</VisuallyHidden>
        <ProblemAlert error={error} retry={() => window.location.reload()} />
      </main>
    </>
  );
}
