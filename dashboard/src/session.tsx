import { Alert, Anchor, Code, List, Loader, Paper, Stack, Text, Title } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { ApiError, api } from "./api";
import { ProblemAlert } from "./problem";
import { Wordmark } from "./wordmark";

export const sessionKey = ["session"];

/**
 * Takes the one-time token out of the address, so that it stays neither in the
 * history nor on the screen.
 */
export function takeSetupToken(): string | undefined {
  const found = /^#setup=(.+)$/.exec(window.location.hash);
  if (!found?.[1]) return undefined;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return decodeURIComponent(found[1]);
}

/** Shows its children to a signed-in person, and else how to sign in. */
export function SignedIn({ setup, children }: { setup?: string; children: ReactNode }) {
  // A token works once, so it is given away at the first use.
  const [tokens] = useState(() => (setup ? [setup] : []));
  const client = useQueryClient();
  const session = useQuery({
    queryKey: sessionKey,
    queryFn: async ({ signal }) => {
      const token = tokens.pop();
      if (!token) return api.session(signal);
      try {
        await api.signIn(token);
      } catch (refused) {
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
      const token = takeSetupToken();
      if (!token) return;
      tokens.push(token);
      void client.resetQueries({ queryKey: sessionKey });
    };
    window.addEventListener("hashchange", onHash);
    return () => window.removeEventListener("hashchange", onHash);
  }, [client, tokens]);

  if (session.data) return children;
  if (session.isPending) {
    return (
      <main className="centred" aria-busy="true">
        <Loader aria-label="Signing in" />
      </main>
    );
  }
  return <SignIn error={session.error} retry={() => void session.refetch()} />;
}

function SignIn({ error, retry }: { error: Error | null; retry: () => void }) {
  const problem = error instanceof ApiError ? error.problem : undefined;
  const signedOut = problem?.status === 401;
  const refused = problem !== undefined && /setup|token|link/i.test(`${problem.detail} ${problem.code}`);
  return (
    <main className="centred">
      <Stack gap="xl" maw={460} w="100%">
        <Wordmark />
        <Paper withBorder radius="lg" p={{ base: "lg", xs: 32 }}>
          <Stack gap="md">
            <Title order={1} size="h1">
              Sign in with your setup link
            </Title>
            {signedOut && refused && (
              <Alert color="yellow" icon={<IconKey size={18} />} title="This setup link no longer works" role="alert">
                It signs in once, and only for a short time. Get a new one as below.
              </Alert>
            )}
            {!signedOut && error && <ProblemAlert error={error} retry={retry} />}
            <Text c="dimmed">There are no passwords here. The server prints a link that signs you in, once.</Text>
            <List type="ordered" spacing="sm" className="steps">
              <List.Item>
                Start the server, or restart it: <Code>make run</Code> in the source folder, or{" "}
                <Code>bin/lxconsent serve</Code>
              </List.Item>
              <List.Item>
                Find the line that ends in <Code>/dashboard/#setup=…</Code>
              </List.Item>
              <List.Item>Open that link in this browser.</List.Item>
            </List>
            <Text size="sm" c="dimmed">
              Already signed in on another tab?{" "}
              <Anchor component="button" type="button" size="sm" onClick={retry}>
                Check again
              </Anchor>
            </Text>
          </Stack>
        </Paper>
      </Stack>
    </main>
  );
}
