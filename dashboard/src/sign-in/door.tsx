import { Alert, Anchor, Paper, Stack, Title } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError } from "../api";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import type { Ticket } from "../session";
import { Wordmark } from "../wordmark";
import { Invited } from "./invited";
import { NewPassword } from "./new-password";
import { Password } from "./password";

interface Props {
  ticket?: Ticket;
  error?: Error | null;
  done: () => void;
  retry?: () => void;
}

/** What stands before the dashboard: signing in, accepting an invitation, a new password. */
export function Door({ ticket, error, done, retry }: Props) {
  if (ticket?.kind === "invite") return <Invited token={ticket.token} done={done} />;
  if (ticket?.kind === "reset") return <NewPassword token={ticket.token} done={done} />;
  const problem = error instanceof ApiError ? error.problem : undefined;
  const signedOut = problem?.status === 401;
  const link = problem !== undefined && /setup|link/i.test(`${problem.detail} ${problem.code}`);
  return (
    <Threshold title={t("Sign in")}>
      {signedOut && link && (
        <Alert color="yellow" icon={<IconKey size={18} />} title={t("This setup link no longer works")} role="alert">
          {t("It signs in once, and only for a short time. Sign in with your password, or restart the server for a new link.")}
        </Alert>
      )}
      {!signedOut && error && <ProblemAlert error={error} retry={retry} />}
      <Password done={done} />
      <Anchor component="button" type="button" size="sm" onClick={retry} className="start">
        {t("Already signed in on another tab? Check again")}
      </Anchor>
    </Threshold>
  );
}

/** The frame of every page before the dashboard. */
export function Threshold({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="centred">
      <Stack gap="xl" maw={440} w="100%">
        <Wordmark />
        <Paper withBorder radius="lg" p={{ base: "lg", xs: 32 }}>
          <Stack gap="md">
            <Title order={1} size="h1">
              {title}
            </Title>
            {children}
          </Stack>
        </Paper>
      </Stack>
    </main>
  );
}
