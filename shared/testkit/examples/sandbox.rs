//! Starts both sandbox vendors and stays up: `sandbox [OPSGENIE_PORT] [KAYAKO_PORT] [WEBHOOK_URL]`.

use std::error::Error;
use std::net::SocketAddr;

use deskbridge_testkit::sandbox::{kayako, opsgenie};

#[tokio::main]
#[expect(
    clippy::print_stdout,
    reason = "the judges and a person read the URLs from here"
)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let opsgenie_options = opsgenie::Options {
        listen: address(arguments.next())?,
        ..Default::default()
    };
    let kayako_options = kayako::Options {
        listen: address(arguments.next())?,
        ..Default::default()
    };
    let (key, email) = (
        opsgenie_options.api_key.clone(),
        kayako_options.email.clone(),
    );
    let password = kayako_options.password.clone();
    let opsgenie = opsgenie::Opsgenie::start(opsgenie_options).await?;
    let kayako = kayako::Kayako::start(kayako_options).await?;
    if let Some(url) = arguments.next() {
        opsgenie.send_webhooks_to(&url, &[]);
        kayako.send_webhooks_to(&url, &[]);
    }
    println!("opsgenie {} GenieKey {key}", opsgenie.url());
    println!("kayako   {} {email} {password}", kayako.url());
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn address(port: Option<String>) -> Result<SocketAddr, std::num::ParseIntError> {
    let port = port.unwrap_or_else(|| "0".to_owned()).parse()?;
    Ok(SocketAddr::from(([127, 0, 0, 1], port)))
}
