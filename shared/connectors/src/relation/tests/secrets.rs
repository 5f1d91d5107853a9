use super::*;

#[tokio::test]
async fn no_error_shows_the_token() {
    for status in [200, 301, 400, 401, 403, 404, 429, 500] {
        let told = json!({ "message": format!("bad token {TOKEN}") }).to_string();
        let vendor = Always::new(status, &[], &told);
        let answer = vendor.fetch().await;
        assert!(!format!("{answer:?}").contains(TOKEN), "{status}");
        if let Err(error) = answer {
            assert!(!error.to_string().contains(TOKEN), "{status}");
        }
        for request in vendor.1.lock().unwrap().iter() {
            assert!(!format!("{request:?} {}", request.url).contains(TOKEN));
        }
    }
}
