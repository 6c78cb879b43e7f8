import { t } from "../i18n";

/** What a change was, in words; one that came with a newer server keeps its name. */
export function deedName(action: string): string {
  const names: Record<string, string> = {
    "site.draft": t("Edited the draft"),
    "site.publish": t("Published the banner"),
    "site.share": t("Made a link to the draft"),
    "site.unshare": t("Withdrew a link to the draft"),
    "site.archive": t("Archived the site"),
    "site.restore": t("Brought the site back"),
    "site.delete": t("Deleted the site"),
    "inbox.filed": t("Declared a cookie"),
    "inbox.ignored": t("Put a cookie aside"),
    "inbox.new": t("Took a cookie back into the inbox"),
    "request.open": t("Opened a request again"),
    "request.done": t("Settled a request"),
    "request.refused": t("Refused a request"),
    "evidence.erase": t("Erased a record"),
    "records.export": t("Took out records"),
    "backup.take": t("Took a backup"),
    "retention.sweep": t("Removed what was due"),
    "keys.reseal": t("Sealed records with a newer key"),
    "account.set-up": t("Made the first account"),
    "account.rename": t("Changed the name of an account"),
    "account.password": t("Changed a password"),
    "account.reset": t("Chose a new password by a link"),
    "account.second-factor": t("Set up an authenticator app"),
    "account.second-factor-drop": t("Removed an authenticator app"),
    "account.end-sessions": t("Signed out everywhere"),
    "member.invite": t("Invited somebody"),
    "member.uninvite": t("Withdrew an invitation"),
    "member.accept": t("Accepted an invitation"),
    "member.join": t("Joined the organisation"),
    "member.change": t("Changed a role"),
    "member.drop": t("Removed a member"),
    "member.reset-link": t("Made a link for a new password"),
    "key.create": t("Made an API key"),
    "key.revoke": t("Revoked an API key"),
    "tenant.create": t("Added an organisation"),
    "tenant.change": t("Changed the organisation"),
    "webhook.create": t("Added a webhook"),
    "webhook.change": t("Changed a webhook"),
    "webhook.delete": t("Removed a webhook"),
    "webhook.rotate": t("Made a new secret for a webhook"),
    "webhook.test": t("Sent a test to a webhook"),
  };
  return names[action] ?? action;
}

/** How somebody came in. */
export function viaName(via: string): string {
  const names: Record<string, string> = {
    password: t("signed in"),
    setup: t("by the setup link"),
    key: t("by an API key"),
    operator: t("by the operator's token"),
  };
  return names[via] ?? via;
}
