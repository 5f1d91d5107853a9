import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { IKey } from 'aws-cdk-lib/aws-kms';

const { STRING, NUMBER } = AttributeType;

interface Index {
  readonly name: string;
  readonly partition: string;
  readonly sort?: { readonly name: string; readonly type: AttributeType };
}

/** Their keys and indexes are those of shared/aws/src/dynamodb/tables.rs. They outlive the stack: they hold the
 * configuration and the record of what was done. */
export class Tables {
  readonly integrations: Table;
  readonly state: Table;
  readonly history: Table;

  constructor(stack: Stack, key?: IKey) {
    const place = { name: 'place', type: STRING };
    this.integrations = table(stack, 'IntegrationsTable', key, false, []);
    this.state = table(stack, 'StateTable', key, true, [
      { name: 'todo', partition: 'todo', sort: { name: 'todo_at', type: NUMBER } },
      { name: 'by_event', partition: 'event_id' },
      { name: 'by_credential', partition: 'waits_for' },
    ]);
    this.history = table(stack, 'HistoryTable', key, true, [
      { name: 'by_time', partition: 'shard', sort: place },
      { name: 'by_integration', partition: 'integration', sort: place },
      { name: 'by_subject', partition: 'subject_id', sort: place },
    ]);
  }

  environment(): Record<string, string> {
    return {
      DESKBRIDGE_TABLE_INTEGRATIONS: this.integrations.tableName,
      DESKBRIDGE_TABLE_STATE: this.state.tableName,
      DESKBRIDGE_TABLE_HISTORY: this.history.tableName,
    };
  }
}

function table(stack: Stack, id: string, key: IKey | undefined, expires: boolean, indexes: Index[]): Table {
  const made = new Table(stack, id, {
    partitionKey: { name: 'pk', type: STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: expires ? 'expires_at' : undefined,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    encryption: key && TableEncryption.CUSTOMER_MANAGED,
    encryptionKey: key,
  });
  for (const { name, partition, sort } of indexes) {
    made.addGlobalSecondaryIndex({
      indexName: name,
      partitionKey: { name: partition, type: STRING },
      sortKey: sort,
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
  return made;
}
