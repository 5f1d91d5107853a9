import { Aws, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission, Function } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Settings } from './settings';

/** The address that vendors post to, and people and scripts ask. */
export class WebhookApi {
  readonly api: CfnApi;

  constructor(private readonly stack: Stack, settings: Settings) {
    const logs = new LogGroup(stack, 'ApiLogs', {
      logGroupName: `/aws/vendedlogs/${Aws.STACK_NAME}-api`,
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.api = new CfnApi(stack, 'Api', { name: Aws.STACK_NAME, protocolType: 'HTTP' });
    new CfnStage(stack, 'Stage', {
      apiId: this.api.ref,
      stageName: '$default',
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingRateLimit: settings.webhookRate,
        throttlingBurstLimit: settings.webhookRate,
      },
      accessLogSettings: { destinationArn: logs.logGroupArn, format: JSON.stringify(LOGGED) },
    });
  }

  /** Adds the vendor's route; `id` is what its resources are called. */
  add(vendor: string, id: string, target: Function): void {
    const [method, path] = OWN_ROUTES[vendor] ?? ['POST', `/webhooks/${vendor}/{key}`];
    const reason = 'Vendors cannot sign in: the key in the path, and where the vendor signs its signature, are checked by the function.';
    this.route(id, method, path, target, reason);
  }

  /** Adds the management API. */
  manage(id: string, target: Function): void {
    const reason = 'The function checks the bearer token, of which only the hash is stored.';
    this.route(id, 'ANY', '/admin/v1/{proxy+}', target, reason);
  }

  private route(id: string, method: string, path: string, target: Function, reason: string): void {
    const integration = new CfnIntegration(this.stack, `${id}Integration`, {
      apiId: this.api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: target.functionArn,
      payloadFormatVersion: '2.0',
    });
    const route = new CfnRoute(this.stack, `${id}Route`, {
      apiId: this.api.ref,
      routeKey: `${method} ${path}`,
      authorizationType: 'NONE',
      target: `integrations/${integration.ref}`,
    });
    Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason });
    new CfnPermission(this.stack, `${id}Permission`, {
      functionName: target.functionArn,
      action: 'lambda:InvokeFunction',
      principal: 'apigateway.amazonaws.com',
      sourceArn: `arn:${Aws.PARTITION}:execute-api:${Aws.REGION}:${Aws.ACCOUNT_ID}:${this.api.ref}/*/${method === 'ANY' ? '*' : method}${path}`,
    });
  }
}

/** An app at Slack has three addresses without a key; Zoho Desk asks with a GET whether anybody is at its address. */
const OWN_ROUTES: Record<string, [string, string]> = {
  slack: ['POST', '/slack/{what}'],
  'zoho-desk': ['ANY', '/webhooks/zoho-desk/{key}'],
};

/** The path holds the key, so the access log has the route instead. */
const LOGGED = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLatency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  sourceIp: '$context.identity.sourceIp',
};
