import { Alert, Anchor, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { passes } from "../again";
import { ApiError } from "../api";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import type { Ticket } from "../session";
import { Away } from "./away";
import { Invited } from "./invited";
import { NewPassword } from "./new-password";
import { Password } from "./password";
import { Threshold } from "./threshold";

interface Props {
  ticket?: Ticket;
  error?: Error | null;
  /** Whose session has ended meanwhile, if one has. */
  again?: string;
  done: () => void;
  retry?: () => void;
}

/** What stands before the dashboard: signing in, accepting an invitation, a new password. */
export default function Door({ ticket, error, again, done, retry }: Props) {
  if (ticket?.kind === "invite") return <Invited token={ticket.token} done={done} />;
  if (ticket?.kind === "reset") return <NewPassword token={ticket.token} done={done} />;
  const problem = error instanceof ApiError ? error.problem : undefined;
  if (problem && passes(error)) return <Away problem={problem} again={again !== undefined} retry={retry} />;
  const signedOut = problem?.status === 401;
  const link = problem !== undefined && /setup|link/i.test(`${problem.detail} ${problem.code}`);
  return (
    <Threshold title={again === undefined ? t("Sign in") : t("Sign in again")}>
      {again !== undefined && signedOut && <Text c="dimmed">{t("Your session has ended. The page waits behind this one, with all that you have typed.")}</Text>}
      {signedOut && link && (
        <Alert color="yellow" icon={<IconKey size={18} />} title={t("This setup link no longer works")} role="alert">
          {t("It signs in once, and only for a short time. Sign in with your password, or restart the server for a new link.")}
        </Alert>
      )}
      {!signedOut && error && <ProblemAlert error={error} retry={retry} />}
      <Password known={again} done={done} />
      <Anchor component="button" type="button" size="sm" onClick={retry} className="start">
        {t("Already signed in on another tab? Check again")}
      </Anchor>
    </Threshold>
  );
}
