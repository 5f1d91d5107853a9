import { Aws, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, FunctionProps, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { alarm } from './alarms';
import { Settings } from './settings';

/** What the names of this stack's secrets begin with. */
export const SECRET_PREFIX = `${Aws.STACK_NAME}/`;

/** What a function differs in. */
export interface WorkerProps extends Partial<FunctionProps> {
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
  readonly reservedConcurrentExecutions: number;
  /** Beyond writing its own log. */
  readonly may: PolicyStatement[];
  /** Which credentials it may read, as `*`, of those under the stack's own prefix. */
  readonly secrets?: string;
  /** Whether it may also write, remove and list them. */
  readonly keepsSecrets?: boolean;
}

const KEEP = ['CreateSecret', 'UpdateSecret', 'DescribeSecret', 'DeleteSecret', 'RestoreSecret'].map((action) => `secretsmanager:${action}`);

/** One function with its role, log group and alarms. */
export class Worker {
  readonly function: Function;

  constructor(stack: Stack, id: string, name: string, settings: Settings, topic: ITopic | undefined, props: WorkerProps) {
    const { may, secrets, keepsSecrets, ...rest } = props;
    const functionName = `${Aws.STACK_NAME}-${name}`;
    const logGroup = new LogGroup(stack, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const log = allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    const key = settings.kmsKeyArn ? [allow(['kms:Decrypt', 'kms:GenerateDataKey'], settings.kmsKeyArn)] : [];
    const secretActions = ['secretsmanager:GetSecretValue', ...(keepsSecrets ? KEEP : [])];
    const read = secrets ? [allow(secretActions, `arn:${Aws.PARTITION}:secretsmanager:${Aws.REGION}:${Aws.ACCOUNT_ID}:secret:${SECRET_PREFIX}${secrets}`)] : [];
    // Names and dates, of all secrets: this action takes no resource.
    const list = keepsSecrets ? [allow(['secretsmanager:ListSecrets'], '*')] : [];
    const role = new Role(stack, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { function: new PolicyDocument({ statements: [log, ...may, ...read, ...list, ...key] }) },
    });
    if (secrets) {
      Validations.of(role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:<AWS::StackName>/${secrets}]`,
        reason: "The owner chooses the names of credentials, and Secrets Manager adds letters to them; the prefix is this stack's own.",
      });
    }
    if (keepsSecrets) {
      Validations.of(role).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: 'ListSecrets takes no resource; it tells names and dates.' });
    }
    this.function = new Function(stack, `${id}Function`, {
      runtime: Runtime.PROVIDED_AL2023,
      handler: 'bootstrap',
      architecture: settings.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      code: Code.fromAsset(`${settings.bootstraps}/${name}`),
      functionName,
      memorySize: 256,
      recursiveLoop: RecursiveLoop.TERMINATE,
      role,
      logGroup,
      ...rest,
    });
    const dimensionsMap = { FunctionName: this.function.functionName };
    const metric = { namespace: 'AWS/Lambda', dimensionsMap, statistic: 'Sum', period: Duration.minutes(5) };
    alarm(stack, `${id}Errors`, 'A function fails.', topic, { ...metric, metricName: 'Errors' });
    const throttled = 'A function is called more often at once than its concurrency allows.';
    alarm(stack, `${id}Throttles`, throttled, topic, { ...metric, metricName: 'Throttles' });
  }
}

export function allow(actions: string[], ...resources: string[]): PolicyStatement {
  return new PolicyStatement({ actions, resources });
}
