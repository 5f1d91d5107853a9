import { Duration, Stack } from 'aws-cdk-lib';
import { CfnApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Alarm, AlarmProps, ComparisonOperator, Metric, MetricProps, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { QueuePair } from './queues';

/** Rings when the metric is above zero, unless `otherwise` says something else. */
export function alarm(
  stack: Stack,
  id: string,
  alarmDescription: string,
  topic: ITopic | undefined,
  metric: MetricProps,
  otherwise: Partial<AlarmProps> = {},
): void {
  const made = new Alarm(stack, id, {
    alarmDescription,
    metric: new Metric(metric),
    threshold: 0,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...otherwise,
  });
  if (topic) {
    made.addAlarmAction(new SnsAction(topic));
  }
}

export function queueAlarms(stack: Stack, name: string, what: string, pair: QueuePair, topic?: ITopic): void {
  const metric = { namespace: 'AWS/SQS', statistic: 'Maximum', period: Duration.minutes(1) };
  alarm(stack, `${name}DlqNotEmpty`, `${what} were given up; their rows and logs say why.`, topic, {
    ...metric,
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensionsMap: { QueueName: pair.dlq.queueName },
  });
  const oldest = {
    ...metric,
    metricName: 'ApproximateAgeOfOldestMessage',
    dimensionsMap: { QueueName: pair.queue.queueName },
  };
  alarm(stack, `${name}Oldest`, `${what} wait for more than five minutes.`, topic, oldest, { threshold: 300 });
}

export function skewAlarm(stack: Stack, id: string, webhook: Function, topic?: ITopic): void {
  const what = "A sender's clock is more than five minutes off; what it signs is refused.";
  alarm(stack, `${id}ClockSkew`, what, topic, {
    namespace: 'Deskbridge',
    metricName: 'ClockSkew',
    dimensionsMap: { Function: webhook.functionName },
    statistic: 'Sum',
    period: Duration.minutes(1),
  });
}

/** On what the functions are there for. */
export function flowAlarms(stack: Stack, dispatch: Function, sweep: Function, api: CfnApi, topic?: ITopic): void {
  const minute = { statistic: 'Sum', period: Duration.minutes(1) };
  const ours = { ...minute, namespace: 'Deskbridge', dimensionsMap: { Function: dispatch.functionName } };
  const parked = 'Whether an action took effect cannot be known; a person decides.';
  alarm(stack, 'ActionsParked', parked, topic, { ...ours, metricName: 'Parked' });
  const dead = 'An action was given up after its last attempt.';
  alarm(stack, 'ActionsDead', dead, topic, { ...ours, metricName: 'Dead' });
  const unknown = 'More than ten times in five minutes it was not known what became of an action; they are looked up.';
  const often = { ...ours, metricName: 'Unknown', period: Duration.minutes(5) };
  alarm(stack, 'OutcomesUnknown', unknown, topic, often, { threshold: 10 });
  const stale = 'Secrets Manager does not answer; credentials of up to an hour ago are used.';
  alarm(stack, 'SecretsStale', stale, topic, { ...ours, metricName: 'StaleSecrets' });
  const fails = { ...minute, namespace: 'AWS/ApiGateway', metricName: '5xx', dimensionsMap: { ApiId: api.ref } };
  alarm(stack, 'ApiFails', 'Vendors are answered with 5xx.', topic, fails);
  const swept = {
    namespace: 'AWS/Lambda',
    metricName: 'Invocations',
    dimensionsMap: { FunctionName: sweep.functionName },
    statistic: 'Sum',
    period: Duration.minutes(5),
  };
  alarm(stack, 'SweepMissing', 'Nothing was swept for five minutes; retries and look-ups stand still.', topic, swept, {
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
  });
}
