import { Aws, Stack } from 'aws-cdk-lib';
import { CfnApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { QueuePair } from './queues';

/** Searches find the functions by the stack's name, so that a new one needs nothing here. */
export function dashboard(stack: Stack, api: CfnApi, inbound: QueuePair, outbound: QueuePair): void {
  const minute = (stat: string) => ({ stat, period: 60 });
  const requests = (name: string, stat: object) => ['AWS/ApiGateway', name, 'ApiId', api.ref, stat];
  const queue = (name: string, label: string, queueName: string) => [
    'AWS/SQS', name, 'QueueName', queueName, { label, ...minute('Maximum') },
  ];
  const waiting = 'ApproximateNumberOfMessagesVisible';
  const oldest = 'ApproximateAgeOfOldestMessage';
  const unusual = ['Refused', 'Suppressed', 'Due', 'Returned', 'Unknown', 'StaleSecrets', 'ClockSkew'];
  const panels: [string, unknown[]][] = [
    ['Throughput: webhooks by status', ['Count', '4xx', '5xx'].map((name) => requests(name, minute('Sum')))],
    ['Outcomes', ['Accepted', 'Duplicate', 'Delivered', 'Retried', 'Parked', 'Dead'].map((name) => ours(name, 'Sum'))],
    ['Latency of webhooks, ms', ['p50', 'p99'].map((stat) => requests('Latency', { ...minute(stat), label: stat }))],
    ['Oldest message, s', [
      queue(oldest, 'inbound', inbound.queue.queueName),
      queue(oldest, 'outbound', outbound.queue.queueName),
      ours('OldestSeconds', 'Maximum'),
    ]],
    ['Messages waiting', [
      queue(waiting, 'inbound', inbound.queue.queueName),
      queue(waiting, 'outbound', outbound.queue.queueName),
      queue(waiting, 'inbound, given up', inbound.dlq.queueName),
      queue(waiting, 'outbound, given up', outbound.dlq.queueName),
    ]],
    ['Invocations by function', [lambda('Invocations', 'Sum')]],
    ['Duration by function, p99, ms', [lambda('Duration', 'p99')]],
    ['Errors and throttles by function', [lambda('Errors', 'Sum'), lambda('Throttles', 'Sum')]],
    ['Turned away, held back, done again', unusual.map((name) => ours(name, 'Sum'))],
  ];
  const widgets = panels.map(([title, metrics], place) => ({
    type: 'metric',
    x: (place % 2) * 12,
    y: Math.floor(place / 2) * 6,
    width: 12,
    height: 6,
    properties: { title, region: Aws.REGION, view: 'timeSeries', metrics },
  }));
  new CfnDashboard(stack, 'Dashboard', {
    dashboardName: Aws.STACK_NAME,
    dashboardBody: stack.toJsonString({ widgets }),
  });
}

function ours(name: string, stat: string): unknown[] {
  return search('Deskbridge', 'Function', name, stat);
}

function lambda(name: string, stat: string): unknown[] {
  return search('AWS/Lambda', 'FunctionName', name, stat);
}

function search(namespace: string, dimension: string, name: string, stat: string): unknown[] {
  const which = `{${namespace},${dimension}} MetricName="${name}" ${dimension}=${Aws.STACK_NAME}`;
  return [{ expression: `SEARCH('${which}', '${stat}', 60)`, label: name }];
}
