//! Integrations and their compiled plans, kept for 30 s so that an event costs no look-up.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::connector::{Connection, Connectors};
use crate::integration::{Integration, IntegrationSpec, Problem, check_spec};
use crate::mapping::{Compiled, Draft, Plan, Tenant};
use crate::ports::{Clock, Integrations};
use crate::{Error, ErrorKind, Result, Timestamp};

/// How long a change of configuration may go unseen: half of the promised 60 s.
pub const FRESH: Duration = Duration::from_secs(30);
/// How long an old answer is good enough while the store is away.
const STALE: Duration = Duration::from_secs(24 * 3600);
const MAX_CACHED: usize = 20_000;

/// Turns a kind's settings into rules; the kinds crate brings it.
pub type CompileKind = fn(&IntegrationSpec) -> Result<Draft, Vec<Problem>>;

/// An integration that is ready to be used.
pub struct Configured<P = Plan> {
    pub integration: Integration,
    connections: Option<BTreeMap<String, Connection>>,
    /// By id.
    rules: BTreeSet<String>,
    plan: Result<P, Vec<Problem>>,
}

impl<P> Configured<P> {
    /// Returns the connections by connector name, also while the rules beside them do not hold;
    /// nothing while the stored settings do not say which there are.
    pub fn connections(&self) -> Option<&BTreeMap<String, Connection>> {
        self.connections.as_ref()
    }

    /// Returns one of the connections, or why the stored settings do not say which there are.
    pub fn connection(&self, connector: &str) -> Result<Option<&Connection>> {
        match (&self.connections, self.plan()) {
            (Some(connections), _) => Ok(connections.get(connector)),
            (None, plan) => plan.map(|_| None),
        }
    }

    /// Whether the settings still have this rule.
    pub fn has_rule(&self, id: &str) -> bool {
        self.rules.contains(id)
    }

    /// Returns the plan, or why the stored settings no longer make one.
    pub fn plan(&self) -> Result<&P> {
        self.plan.as_ref().map_err(|problems| {
            let first = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            Error::new(ErrorKind::Misconfigured, first)
        })
    }
}

/// Where the flows look integrations up, by name and by key.
pub struct Directory<P = Plan> {
    store: Arc<dyn Integrations>,
    clock: Arc<dyn Clock>,
    connectors: Connectors,
    compile_kind: CompileKind,
    cached: Mutex<HashMap<Lookup, Cached<P>>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Lookup {
    Name(String),
    KeyHash(String),
}

struct Cached<P> {
    configured: Arc<Configured<P>>,
    at: Timestamp,
}

impl<P> Clone for Cached<P> {
    fn clone(&self) -> Self {
        Self {
            configured: Arc::clone(&self.configured),
            at: self.at,
        }
    }
}

impl<P: Compiled> Directory<P> {
    pub fn new(
        store: Arc<dyn Integrations>,
        clock: Arc<dyn Clock>,
        connectors: Connectors,
        compile_kind: CompileKind,
    ) -> Self {
        Self {
            store,
            clock,
            connectors,
            compile_kind,
            cached: Mutex::default(),
        }
    }

    pub async fn named(&self, name: &str) -> Result<Option<Arc<Configured<P>>>> {
        self.find(Lookup::Name(name.to_owned())).await
    }

    pub async fn with_key(&self, key_hash: String) -> Result<Option<Arc<Configured<P>>>> {
        self.find(Lookup::KeyHash(key_hash)).await
    }

    /// Checks a document as a save would, without saving it.
    pub fn check(&self, spec: &IntegrationSpec) -> Result<P, Vec<Problem>> {
        P::compile(self.draft(spec)?, &self.connectors)
    }

    /// Compiles a document as if it were stored, for a dry run.
    pub fn configured(&self, integration: Integration) -> Configured<P> {
        let draft = self.draft(&integration.spec);
        let connections = draft.as_ref().ok().map(|draft| draft.connections.clone());
        let rules = draft.iter().flat_map(|draft| &draft.rules);
        let rules = rules.map(|rule| rule.id.clone()).collect();
        Configured {
            integration,
            connections,
            rules,
            plan: draft.and_then(|draft| P::compile(draft, &self.connectors)),
        }
    }

    fn draft(&self, spec: &IntegrationSpec) -> Result<Draft, Vec<Problem>> {
        let problems = check_spec(spec);
        match problems.is_empty() {
            true => (self.compile_kind)(spec),
            false => Err(problems),
        }
    }

    /// Forgets what is cached, after a change made through this process.
    pub fn forget(&self) {
        self.cache().clear();
    }

    async fn find(&self, lookup: Lookup) -> Result<Option<Arc<Configured<P>>>> {
        let now = self.clock.now();
        let cached = self.cache().get(&lookup).cloned();
        if let Some(cached) = cached.as_ref().filter(|c| now.since(c.at) < FRESH) {
            return Ok(Some(Arc::clone(&cached.configured)));
        }
        match (self.read(&lookup).await, cached) {
            (Ok(Some(integration)), cached) => {
                Ok(Some(self.keep(lookup, integration, cached, now)))
            }
            (Ok(None), _) => {
                self.cache().remove(&lookup);
                Ok(None)
            }
            (Err(_), Some(cached)) if now.since(cached.at) < STALE => Ok(Some(cached.configured)),
            (Err(error), _) => Err(error),
        }
    }

    async fn read(&self, lookup: &Lookup) -> Result<Option<Integration>> {
        match lookup {
            Lookup::Name(name) => self.store.integration(name).await,
            Lookup::KeyHash(hash) => self.store.integration_by_key(hash).await,
        }
    }

    /// Compiles only what has changed: a plan lives as long as its version.
    fn keep(
        &self,
        lookup: Lookup,
        integration: Integration,
        before: Option<Cached<P>>,
        at: Timestamp,
    ) -> Arc<Configured<P>> {
        let before = before.filter(|c| c.configured.integration == integration);
        let configured = before.map_or_else(
            || Arc::new(self.configured(integration)),
            |cached| cached.configured,
        );
        let mut cache = self.cache();
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        let kept = Arc::clone(&configured);
        cache.insert(
            lookup,
            Cached {
                configured: kept,
                at,
            },
        );
        configured
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<Lookup, Cached<P>>> {
        // A panic while the map is held leaves a map that is still whole.
        self.cached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Directory {
    /// Checks a document as it is to be saved: by itself, and beside the others. What an integration
    /// watches is its own, even while it is off.
    pub async fn check_to_save(&self, spec: &IntegrationSpec) -> Result<Vec<Problem>> {
        let plan = match self.check(spec) {
            Ok(plan) => plan,
            Err(problems) => return Ok(problems),
        };
        let held = self.held(&plan);
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let mut problems = Vec::new();
        for other in self.store.integrations().await? {
            if other.deleted_at.is_some() || other.name() == spec.name {
                continue;
            }
            let theirs = self.check(&other.spec).map(|plan| self.held(&plan));
            let theirs = theirs.unwrap_or_default();
            for (field, what) in held
                .iter()
                .filter(|(_, what)| theirs.iter().any(|t| t.1 == *what))
            {
                let name = other.name();
                let message = format!("{what} by {name} already: there is one for each");
                problems.push(Problem::new(field.clone(), message));
            }
        }
        Ok(problems)
    }

    /// The integration with the tenants that its settings name; a deleted one has none.
    pub fn with_tenants(&self, integration: Integration) -> Integration {
        let spec = &integration.spec;
        let plan = match integration.deleted_at {
            None => (self.compile_kind)(spec).ok(),
            Some(_) => None,
        };
        let tenants = plan.into_iter().flat_map(|draft| draft.tenants);
        let tenants = tenants.map(|tenant| Tenant::hash(&tenant.connector, &tenant.id));
        Integration {
            tenants: tenants.collect(),
            ..integration
        }
    }

    /// Returns what only one integration may have, each with the setting that says so: what it
    /// watches, and its tenants.
    fn held(&self, plan: &Plan) -> Vec<(String, String)> {
        let watched = plan.connections.iter().filter_map(|(name, connection)| {
            let poll = self.connectors.named(&connection.connector)?.poll()?;
            let watched = poll.watched(connection)?;
            let field = format!(
                "settings.{}{name}.{}",
                plan.places.connections, watched.setting
            );
            Some((field, format!("{name} {} is synced", watched.what)))
        });
        let tenants = plan.tenants.iter().map(|tenant| {
            let Tenant { connector, id, .. } = tenant;
            (tenant.field.clone(), format!("{connector} {id} is served"))
        });
        watched.chain(tenants).collect()
    }
}
