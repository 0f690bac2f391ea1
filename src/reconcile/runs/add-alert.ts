import type { Alert } from '../../model/reconcile/run.ts';

/** One of a kind for each container is enough: the first. */
export function addAlert(alerts: readonly Alert[], alert: Alert): readonly Alert[] {
  const isKnown = alerts.some(({ code, container }) => code === alert.code && container === alert.container);
  return isKnown ? alerts : [...alerts, alert];
}
