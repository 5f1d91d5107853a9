import { Aws, CfnElement, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, Effect, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { CfnPermission, EventSourceMapping, RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { flowAlarms, queueAlarms, skewAlarm } from './alarms';
import { dashboard } from './dashboard';
import { QueuePair } from './queues';
import { Settings } from './settings';
import { Tables } from './tables';
import { WebhookApi } from './webhooks';
import { SECRET_PREFIX, Worker, WorkerProps, allow } from './worker';

/** The vendors that post webhooks: each has a function, `webhook-<name>`, and a route. */
const WEBHOOKS = ['alert', 'generic', 'kayako', 'opsgenie', 'slack', 'zoho-desk'];
/** Of them those whose senders may sign the time. */
const SIGN_THE_TIME = ['generic', 'slack'];

const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem'];
const TAKE = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const SEND = ['sqs:SendMessage', 'sqs:GetQueueAttributes'];

/** The same resources, under the same names, as infra/sam/template.yaml; infra/tests compares the two. */
export class DeskbridgeStack extends Stack {
  private readonly key?: IKey;
  private readonly topic?: ITopic;
  private readonly tables: Tables;
  private readonly inbound: QueuePair;
  private readonly outbound: QueuePair;
  private readonly evaluateTimeout = Duration.seconds(60);
  private readonly dispatchTimeout = Duration.seconds(120);

  constructor(scope: Construct, id: string, private readonly settings: Settings) {
    super(scope, id, { description: 'Deskbridge - webhooks in, actions at the vendors out, once and in order.' });
    const { kmsKeyArn, alarmTopicArn } = settings;
    this.key = kmsKeyArn ? Key.fromKeyArn(this, 'Key', kmsKeyArn) : undefined;
    this.topic = alarmTopicArn ? Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn) : undefined;
    this.tables = new Tables(this, this.key);
    this.inbound = new QueuePair(this, 'Inbound', this.evaluateTimeout, false, this.key);
    this.outbound = new QueuePair(this, 'Outbound', this.dispatchTimeout, true, this.key);

    const api = new WebhookApi(this, settings);
    WEBHOOKS.forEach((vendor) => this.webhook(vendor, api));
    this.evaluate();
    const dispatch = this.dispatch();
    const sweep = this.sweep();
    this.poll();
    this.dataActions();
    this.admin(api);

    queueAlarms(this, 'Inbound', 'Webhooks', this.inbound, this.topic);
    queueAlarms(this, 'Outbound', 'Actions', this.outbound, this.topic);
    flowAlarms(this, dispatch.function, sweep.function, api.api, this.topic);
    dashboard(this, api.api, this.inbound, this.outbound);
    this.dataActionRole();
    this.output('WebhookUrl', "What a vendor's address begins with; after it come the vendor and the key.", `${api.api.attrApiEndpoint}/webhooks`);
    this.output('ManagementUrl', 'What DESKBRIDGE_URL is set to, for the commands.', api.api.attrApiEndpoint);
    this.output('IntegrationsTableName', 'The table that integrations are stored in.', this.tables.integrations.tableName);
    this.output('SecretPrefix', "What the name of a credential's secret begins with.", SECRET_PREFIX);
  }

  /** Names are those of the code, without a digest: the SAM template has the same ones. */
  protected allocateLogicalId(element: CfnElement): string {
    const { scopes } = element.node;
    const own = scopes.slice(scopes.indexOf(this) + 1).map((scope) => scope.node.id);
    return own.filter((name) => name !== 'Resource').join('').replace(/[^A-Za-z0-9]/g, '');
  }

  private webhook(vendor: string, api: WebhookApi): void {
    const id = `${capitals(vendor)}Webhook`;
    const made = this.worker(id, `webhook-${vendor}`, {
      timeout: Duration.seconds(10),
      reservedConcurrentExecutions: this.settings.webhookConcurrency,
      environment: { DESKBRIDGE_QUEUE_INBOUND: this.inbound.queue.queueUrl, DESKBRIDGE_SECRET_PREFIX: SECRET_PREFIX },
      may: [
        allow(['dynamodb:GetItem'], this.tables.integrations.tableArn),
        allow(SEND, this.inbound.queue.queueArn),
      ],
      secrets: 'webhook-*',
    });
    if (SIGN_THE_TIME.includes(vendor)) {
      skewAlarm(this, id, made.function, this.topic);
    }
    api.add(vendor, id, made.function);
  }

  /** Turns events into decisions. */
  private evaluate(): void {
    const { integrations, state, history } = this.tables;
    const made = this.worker('Evaluate', 'evaluate', {
      timeout: this.evaluateTimeout,
      reservedConcurrentExecutions: this.settings.evaluateConcurrency,
      environment: { DESKBRIDGE_QUEUE_OUTBOUND: this.outbound.queue.queueUrl },
      may: [
        allow(['dynamodb:GetItem'], integrations.tableArn),
        allow([...READ, 'dynamodb:UpdateItem'], state.tableArn),
        allow([...READ, 'dynamodb:PutItem', 'dynamodb:UpdateItem'], history.tableArn),
        allow(['dynamodb:Query'], `${history.tableArn}/index/by_subject`),
        allow(TAKE, this.inbound.queue.queueArn),
        allow(SEND, this.outbound.queue.queueArn),
      ],
    });
    this.feed('EvaluateFunctionInbound', made, this.inbound, this.settings.evaluateConcurrency);
  }

  /** Calls the vendors. A lane of many waiting actions is a long chain of messages from this function to itself, each of
   * them bounded by its row: that is no endless loop. */
  private dispatch(): Worker {
    const { integrations, state } = this.tables;
    const write = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'];
    const made = this.worker('Dispatch', 'dispatch', {
      timeout: this.dispatchTimeout,
      recursiveLoop: RecursiveLoop.ALLOW,
      reservedConcurrentExecutions: this.settings.dispatchConcurrency,
      environment: {
        DESKBRIDGE_QUEUE_INBOUND: this.inbound.queue.queueUrl,
        DESKBRIDGE_QUEUE_OUTBOUND: this.outbound.queue.queueUrl,
        DESKBRIDGE_SECRET_PREFIX: SECRET_PREFIX,
      },
      may: [
        allow(['dynamodb:GetItem'], integrations.tableArn),
        this.pauseCredentials(),
        allow([...READ, ...write], state.tableArn),
        allow(['dynamodb:Query'], `${state.tableArn}/index/by_credential`),
        allow([...TAKE, 'sqs:SendMessage'], this.outbound.queue.queueArn),
        allow(SEND, this.inbound.queue.queueArn),
      ],
      secrets: '*',
    });
    this.feed('DispatchFunctionOutbound', made, this.outbound, this.settings.dispatchConcurrency);
    return made;
  }

  /** Picks up what is due. One at a time; a minute that was missed is made up for by the next. */
  private sweep(): Worker {
    const { integrations, state } = this.tables;
    const made = this.worker('Sweep', 'sweep', {
      timeout: Duration.seconds(60),
      reservedConcurrentExecutions: 1,
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      environment: { DESKBRIDGE_QUEUE_OUTBOUND: this.outbound.queue.queueUrl },
      may: [
        allow(['dynamodb:GetItem'], integrations.tableArn),
        allow(READ, state.tableArn),
        allow(['dynamodb:Query'], `${state.tableArn}/index/todo`),
        allow(SEND, this.outbound.queue.queueArn),
      ],
    });
    this.everyMinute('SweepFunctionMinute', made);
    return made;
  }

  /** Asks vendors that cannot push. One at a time: the vendor counts our calls. */
  private poll(): void {
    const { integrations, state } = this.tables;
    const made = this.worker('Poll', 'poll', {
      timeout: Duration.seconds(120),
      reservedConcurrentExecutions: 1,
      retryAttempts: 0,
      maxEventAge: Duration.seconds(60),
      environment: { DESKBRIDGE_QUEUE_INBOUND: this.inbound.queue.queueUrl, DESKBRIDGE_SECRET_PREFIX: SECRET_PREFIX },
      may: [
        allow(['dynamodb:GetItem', 'dynamodb:Scan'], integrations.tableArn),
        this.pauseCredentials(),
        allow(['dynamodb:GetItem', 'dynamodb:PutItem'], state.tableArn),
        allow(['dynamodb:Query'], `${state.tableArn}/index/by_credential`),
        allow(SEND, this.inbound.queue.queueArn),
      ],
      secrets: '*',
    });
    this.everyMinute('PollFunctionMinute', made);
  }

  /** Answers flows that wait for it; nothing calls it but who may assume the role, or the account itself. */
  private dataActions(): void {
    const { integrations, history } = this.tables;
    this.worker('DataActions', 'data-action', {
      timeout: Duration.seconds(65),
      reservedConcurrentExecutions: this.settings.dataActionConcurrency,
      environment: { DESKBRIDGE_SECRET_PREFIX: SECRET_PREFIX },
      may: [
        allow(['dynamodb:GetItem'], integrations.tableArn),
        allow([...READ, 'dynamodb:PutItem'], history.tableArn),
      ],
      secrets: '*',
    });
  }

  /** The management API. It alone may both change the configuration and read secrets, as its callers may: whoever has an
   * admin's token decides where secrets are sent. */
  private admin(api: WebhookApi): void {
    const { integrations, state, history } = this.tables;
    const write = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];
    const transact = ['dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'];
    const indexes = (table: string, ...names: string[]) => names.map((name) => `${table}/index/${name}`);
    const made = this.worker('Admin', 'admin', {
      timeout: Duration.seconds(29),
      reservedConcurrentExecutions: 5,
      environment: {
        DESKBRIDGE_QUEUE_INBOUND: this.inbound.queue.queueUrl,
        DESKBRIDGE_QUEUE_OUTBOUND: this.outbound.queue.queueUrl,
        DESKBRIDGE_SECRET_PREFIX: SECRET_PREFIX,
      },
      may: [
        allow(['dynamodb:GetItem', 'dynamodb:Scan', ...write, ...transact], integrations.tableArn),
        allow([...READ, 'dynamodb:Scan', ...write, ...transact], state.tableArn),
        allow(['dynamodb:Query'], ...indexes(state.tableArn, 'todo', 'by_event', 'by_credential')),
        allow([...READ, 'dynamodb:Scan', ...write], history.tableArn),
        allow(['dynamodb:Query'], ...indexes(history.tableArn, 'by_time', 'by_integration', 'by_subject')),
        allow(SEND, this.outbound.queue.queueArn),
      ],
      secrets: '*',
      keepsSecrets: true,
    });
    api.manage('Admin', made.function);
  }

  /** Whether a credential is paused, and nothing else of the configuration. */
  private pauseCredentials(): PolicyStatement {
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['dynamodb:PutItem'],
      resources: [this.tables.integrations.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['credential#*'] } },
    });
  }

  private everyMinute(id: string, worker: Worker): void {
    const { functionArn, functionName } = worker.function;
    const rule = new CfnRule(this, id, {
      scheduleExpression: 'rate(1 minute)',
      targets: [{ id: `${id}LambdaTarget`, arn: functionArn }],
    });
    new CfnPermission(this, `${id}Permission`, {
      action: 'lambda:InvokeFunction',
      functionName,
      principal: 'events.amazonaws.com',
      sourceArn: rule.attrArn,
    });
  }

  /** What Genesys Cloud's "AWS Lambda data action" integration assumes to call the data actions; the organisation's id keeps
   * other customers of theirs out. */
  private dataActionRole(): void {
    const { genesysAccountId, genesysOrganizationId } = this.settings;
    if (!genesysAccountId || !genesysOrganizationId) {
      return;
    }
    const target = `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${Aws.STACK_NAME}-data-action`;
    const role = new Role(this, 'DataActionRole', {
      assumedBy: new AccountPrincipal(genesysAccountId),
      externalIds: [genesysOrganizationId],
      inlinePolicies: { invoke: new PolicyDocument({ statements: [allow(['lambda:InvokeFunction'], target)] }) },
    });
    const description = "The role that Genesys Cloud's AWS Lambda data action integration asks for.";
    this.output('DataActionRoleArn', description, role.roleArn);
  }

  private worker(id: string, name: string, props: WorkerProps): Worker {
    const environment = { ...this.tables.environment(), DESKBRIDGE_LOG: this.settings.logLevel, ...props.environment };
    return new Worker(this, id, name, this.settings, this.topic, { ...props, environment });
  }

  private feed(id: string, worker: Worker, source: QueuePair, maxConcurrency: number): void {
    new EventSourceMapping(this, id, {
      target: worker.function,
      eventSourceArn: source.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency,
    });
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}

/** `zoho-desk` is `ZohoDesk`. */
function capitals(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
