import { Node } from 'constructs';

/** What an owner may choose, as `cdk deploy -c name=value`. The names and defaults are the SAM template's parameters. */
export interface Settings {
  /** What the bootstraps were built for. */
  readonly architecture: 'x86_64' | 'arm64';
  readonly logRetentionDays: number;
  /** In the syntax of DESKBRIDGE_LOG. */
  readonly logLevel: string;
  /** A key of your own for queues and tables; without one, each service uses its own. */
  readonly kmsKeyArn?: string;
  /** The SNS topic that alarms are sent to; without one, they are only shown. */
  readonly alarmTopicArn?: string;
  /** Reserved for each webhook function: the largest, so that no vendor is turned away. */
  readonly webhookConcurrency: number;
  readonly evaluateConcurrency: number;
  readonly dispatchConcurrency: number;
  /** Reserved for data actions; a flow beyond it is told to wait. */
  readonly dataActionConcurrency: number;
  /** Requests per second that the address takes, of all vendors together. */
  readonly webhookRate: number;
  /** With both, there is a role for Genesys Cloud's data actions. */
  readonly genesysAccountId?: string;
  readonly genesysOrganizationId?: string;
  /** The folder with one folder for each function, and `bootstrap` in it. */
  readonly bootstraps: string;
}

export function readSettings(node: Node): Settings {
  const text = (name: string): string | undefined => node.tryGetContext(name) || undefined;
  const number = (name: string, otherwise: number): number => Number(text(name) ?? otherwise);
  const architecture = text('architecture') ?? 'x86_64';
  if (architecture !== 'x86_64' && architecture !== 'arm64') {
    throw new Error('architecture is x86_64 or arm64');
  }
  return {
    architecture,
    logRetentionDays: number('logRetentionDays', 30),
    logLevel: text('logLevel') ?? 'info',
    kmsKeyArn: text('kmsKeyArn'),
    alarmTopicArn: text('alarmTopicArn'),
    webhookConcurrency: number('webhookConcurrency', 50),
    evaluateConcurrency: number('evaluateConcurrency', 10),
    dispatchConcurrency: number('dispatchConcurrency', 10),
    dataActionConcurrency: number('dataActionConcurrency', 10),
    webhookRate: number('webhookRate', 200),
    genesysAccountId: text('genesysAccountId'),
    genesysOrganizationId: text('genesysOrganizationId'),
    bootstraps: text('bootstraps') ?? '../../target/lambda',
  };
}
