//! A connector without its calls: what reads and describes a vendor, and nothing that asks it.

use deskbridge_core::connector::{Connection, Connector, Operation, Webhook};
use deskbridge_core::integration::Problem;

/// For functions that take events in or decide them. The calls of all vendors are a sixth of a
/// bootstrap, which is fetched and unpacked at every cold start; behind this they are not linked.
pub(crate) struct Reader<C>(pub(crate) C);

impl<C: Connector> Connector for Reader<C> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn webhook(&self) -> Option<&dyn Webhook> {
        self.0.webhook()
    }

    fn operations(&self) -> &'static [Operation] {
        self.0.operations()
    }

    fn check(&self, connection: &Connection) -> Vec<Problem> {
        self.0.check(connection)
    }

    fn parallel(&self) -> Option<u32> {
        self.0.parallel()
    }
}
