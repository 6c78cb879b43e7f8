import { t } from "../i18n";

/** What somebody did, in words. */
export function actionName(action: string): string {
  const names: Record<string, string> = {
    accept_all: t("Accepted all"),
    reject_all: t("Refused all"),
    save: t("Own selection"),
    dismiss: t("Closed"),
    withdraw: t("Withdrew"),
    embed: t("Allowed at a placeholder"),
    api: t("By the page's script"),
    gpc: t("By Global Privacy Control"),
    object: t("Objected"),
    restrict: t("Restricted"),
    lift: t("Lifted a restriction"),
    identify: t("Linked an account"),
  };
  return names[action] ?? action;
}

export const actions = ["accept_all", "reject_all", "save", "dismiss", "withdraw", "embed", "api", "gpc"];
