import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DeskbridgeStack } from './deskbridge-stack';
import { readSettings } from './settings';

const app = new App({ analyticsReporting: false });
const name: string = app.node.tryGetContext('stackName') ?? 'deskbridge';
new DeskbridgeStack(app, name, readSettings(app.node));
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
