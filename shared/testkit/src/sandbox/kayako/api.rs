//! The way of a request through API v1: product, media type, caller, then the resource.

use std::time::Duration;

use super::answer::{Failure, Success};
use super::options::Product;
use super::{Tenant, cases, lists, page, session};
use crate::sandbox::http::{Reply, Request, Vendor};
use crate::sandbox::lock;

const CLASSIC_PAGE: &str = "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\">\
    <html><head><title>Kayako Classic - Powered by Kayako Help Desk Software</title></head>\
    <body><h1>404 Not Found</h1></body></html>";
const CLASSIC_XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
    <error>Unable to authenticate: no apikey, salt and signature given</error>";

impl Vendor for Tenant {
    fn answer(&self, request: &Request) -> Reply {
        if lock(&self.state).options.product == Product::Classic {
            return classic(request);
        }
        self.resource(request)
            .unwrap_or_else(|failure| failure.reply())
    }

    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        let message = "You have reached the rate limit. Please try again later";
        let failure = Failure::new(429, "RATE_LIMIT_REACHED", message);
        failure.with_retry_after(retry_after.as_secs()).reply()
    }

    fn page(&self) -> String {
        page::render(self)
    }
}

impl Tenant {
    fn resource(&self, request: &Request) -> Result<Reply, Failure> {
        let (method, segments) = request.route();
        let ["api", "v1", path @ ..] = segments.as_slice() else {
            return Err(Failure::not_found());
        };
        if !accepts_json(request) {
            return Err(Failure::new(
                406,
                "NOT_ACCEPTABLE",
                "Only application/json is served",
            ));
        }
        let caller = session::recognise(&mut lock(&self.state), request)?;
        let success = self.dispatch(request, method, &bare(path), caller.user_id)?;
        Ok(caller.seal(success))
    }

    fn dispatch(
        &self,
        request: &Request,
        method: &str,
        path: &[&str],
        user_id: u64,
    ) -> Result<Success, Failure> {
        match (method, path) {
            ("POST", ["cases"]) => cases::create(self, request, user_id),
            ("PUT", ["cases", id]) => cases::update(self, request, number(id)?),
            ("PUT", ["cases", id, "trash"]) => cases::trash(self, number(id)?),
            ("POST", ["cases", id, "reply"]) => cases::reply(self, request, number(id)?, user_id),
            ("POST" | "PUT" | "DELETE", ["cases", id, "tags"]) => {
                cases::change_tags(self, request, number(id)?)
            }
            ("POST", ["users"]) => lists::create_user(&mut lock(&self.state), request),
            ("GET", path) => lists::read(&mut lock(&self.state), request, path, user_id),
            (_, ["me" | "cases" | "users" | "teams", ..]) => Err(Failure::new(
                405,
                "METHOD_NOT_ALLOWED",
                "This method is not allowed here",
            )),
            _ => Err(Failure::not_found()),
        }
    }
}

pub(super) fn number(text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}

/// Paths work with and without `.json`.
fn bare<'a>(path: &[&'a str]) -> Vec<&'a str> {
    path.iter()
        .map(|part| part.strip_suffix(".json").unwrap_or(part))
        .collect()
}

fn accepts_json(request: &Request) -> bool {
    let accept = request.header("accept").unwrap_or("*/*");
    accept.contains("application/json") || accept.contains("*/*")
}

fn classic(request: &Request) -> Reply {
    if request.path.ends_with("/index.php") {
        return Reply::text(401, "text/xml; charset=utf-8", CLASSIC_XML);
    }
    Reply::html(404, CLASSIC_PAGE)
}
