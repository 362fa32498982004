//! A browser on its way through unified login: it keeps one cookie and shows where it is led.

use std::{collections::BTreeMap, net::TcpListener};

use reqwest::{
    Client, Response,
    header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use runtime::Config;
use serde_json::Value;
use url::Url;

use crate::world::{Answered, World};

/// Lets the portal know where browsers reach it, before it listens there.
pub(crate) fn publish(config: &mut Config) {
    config.http.listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.http.public_url = Some(format!("http://{}/", config.http.listen));
}

pub(crate) struct Browser {
    http: Client,
    /// As it is sent; none once it was told to forget.
    pub(crate) cookie: Option<String>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { http, cookie: None }
    }

    async fn open(&mut self, url: &str, headers: HeaderMap) -> Response {
        let mut request = self.http.get(url).headers(headers);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let response = request.send().await.unwrap();
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
            let pair = cookie.split(';').next().unwrap();
            self.cookie = (!cookie.contains("; Max-Age=0;")).then(|| pair.to_owned());
        }
        response
    }

    /// Where a page of the portal leads.
    pub(crate) async fn led(&mut self, world: &World, path: &str) -> Url {
        self.led_with(world, path, HeaderMap::new()).await
    }

    pub(crate) async fn led_with(&mut self, world: &World, path: &str, headers: HeaderMap) -> Url {
        let response = self.open(&world.page(&format!("/api/v1{path}")), headers).await;
        location(response).await
    }

    /// Where an address leads.
    pub(crate) async fn follow(&mut self, url: &str) -> Url {
        location(self.open(url, HeaderMap::new()).await).await
    }

    /// What is answered there.
    pub(crate) async fn get(&mut self, url: &str) -> Answered {
        let response = self.open(url, HeaderMap::new()).await;
        let status = response.status().as_u16();
        let media_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answered { status, media_type, body }
    }
}

async fn location(response: Response) -> Url {
    let (status, headers) = (response.status(), response.headers().clone());
    assert_eq!(status, 302, "{:?}", response.text().await);
    headers[LOCATION].to_str().unwrap().parse().unwrap()
}

/// The parameters of an address, each of which is there once.
pub(crate) fn parameters(url: &Url) -> BTreeMap<String, String> {
    let all: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let parameters: BTreeMap<_, _> = all.iter().cloned().collect();
    assert_eq!(parameters.len(), all.len(), "{url}");
    parameters
}
