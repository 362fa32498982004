//! The page behind a link that was sent to a reporter, as a browser and a mail scanner open it.

use authz::{Principal, Role};
use events::words::Service;
use proto::callback_survey::v1::{Names, ShowSurveyResponse, SurveyStanding, SurveyTakes};
use reqwest::{Client, Method, Response, header, redirect::Policy};

use crate::{others::survey::TOKEN, world::World};

fn asked() -> ShowSurveyResponse {
    let names = |zh: &str, en: &str| Some(Names { zh: zh.to_owned(), en: en.to_owned() });
    ShowSurveyResponse {
        case_number: "2026-11-000007".to_owned(),
        item: names("漏水", "Water Leak"),
        place: names("七舍304", "Dormitory 7, 304"),
        completed: "2026-11-25 20:50".to_owned(),
        standing: SurveyStanding::ToCall.into(),
        takes: SurveyTakes::Answer.into(),
        ..ShowSurveyResponse::default()
    }
}

/// A portal, and callback-survey that asks somebody.
async fn open() -> World {
    let world = World::with_survey().await;
    world.others.told.state().survey = Some(asked());
    world
}

/// Somebody's browser, which reads this and stays where it is led away from.
async fn opens(world: &World, method: Method, path: &str, form: Option<&str>) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let request = client.request(method, world.page(path)).header("Accept-Language", "en-GB");
    let request = match form {
        Some(form) => request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.to_owned()),
        None => request,
    };
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn link() -> String {
    format!("/s/{TOKEN}")
}

#[tokio::test]
async fn to_open_a_link_records_nothing_and_keeps_its_secret() {
    let world = open().await;
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let page = opens(&world, method, &link(), None).await;
        assert_eq!(page.status(), 200);
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-robots-tag", "noindex"),
            ("content-language", "en"),
            ("vary", "accept-language"),
        ] {
            assert_eq!(header(&page, name), value, "{name}");
        }
        let policy = header(&page, "content-security-policy");
        for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    let page = opens(&world, Method::GET, &link(), None).await.text().await.unwrap();
    assert!(page.contains("Water Leak") && page.contains("Dormitory 7, 304"), "{page}");
    assert!(!page.contains(TOKEN), "not even where its form leads");
    let chinese = opens(&world, Method::GET, &format!("{}?lang=zh", link()), None).await;
    assert_eq!(header(&chinese, "content-language"), "zh-CN");
    assert!(chinese.text().await.unwrap().contains("漏水"));
    assert!(world.others.told.state().commands.is_empty(), "nothing was recorded");

    let twice = opens(&world, Method::GET, &format!("{}?lang=zh&lang=en", link()), None).await;
    assert_eq!((twice.status().as_u16(), header(&twice, "content-language")), (200, "en"));

    let style = opens(&world, Method::GET, "/assets/page.css", None).await;
    assert_eq!(
        (style.status().as_u16(), header(&style, "content-type")),
        (200, "text/css; charset=utf-8")
    );
}

#[tokio::test]
async fn an_answer_is_recorded_once_and_shown_with_thanks() {
    let world = open().await;
    let form = "solved=no&on_time=yes&attitude=&score=2&words=still+dripping%0D%0Asince+noon";
    for _ in 0..2 {
        let sent = opens(&world, Method::POST, &link(), Some(form)).await;
        assert_eq!((sent.status().as_u16(), header(&sent, "location")), (303, "?lang=en"));
        assert_eq!(header(&sent, "referrer-policy"), "no-referrer");
        let page = opens(&world, Method::GET, &link(), None).await.text().await.unwrap();
        assert!(page.contains("You said that it is not solved."), "{page}");
        assert!(!page.contains("<form"), "there is nothing more to say");
    }
    let state = world.others.told.state();
    let [command] = &state.commands[..] else { panic!("{} commands", state.commands.len()) };
    assert_eq!(command.by.principal, Principal::Service(Service::Portal));
    assert_eq!(command.by.roles, [Role::Service].into());
    let answer = state.survey.as_ref().unwrap().answer.clone().unwrap();
    assert_eq!((answer.solved, answer.on_time, answer.score), (false, Some(true), Some(2)));
    assert_eq!((answer.attitude, &*answer.words), (None, "still dripping\nsince noon"));
}

#[tokio::test]
async fn what_is_no_answer_is_asked_again_with_what_was_written() {
    let world = open().await;
    for form in ["", "words=%3C%2Ftextarea%3E%3Cb%3Ehm", "solved=perhaps", "solved=yes&score=9"] {
        let page = opens(&world, Method::POST, &link(), Some(form)).await;
        assert_eq!(page.status(), 400, "{form}");
        let page = page.text().await.unwrap();
        assert!(page.contains("role=\"alert\"") && page.contains("<form"), "{form}: {page}");
        assert!(!page.contains("<b>hm"), "{page}");
        assert_eq!(page.contains("hm"), form.contains("hm"), "{page}");
    }
    assert!(world.others.told.state().commands.is_empty(), "nothing was recorded");
}

#[tokio::test]
async fn a_link_that_leads_nowhere_is_one_page_and_one_that_nobody_knows_of_now_another() {
    let world = open().await;
    let mut pages = Vec::new();
    let unknown = format!("/s/{}", "f".repeat(40));
    for path in [unknown.as_str(), "/s/x", "/s/%3Cscript%3E", "/s/%00", "/s/%FF"] {
        for (method, form) in
            [(Method::GET, None), (Method::POST, Some("solved=yes")), (Method::POST, Some(""))]
        {
            let page = opens(&world, method, path, form).await;
            assert_eq!(page.status(), 404, "{path}");
            assert_eq!(header(&page, "cache-control"), "no-store");
            pages.push(page.text().await.unwrap());
        }
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "all are the same");
    assert!(pages[0].contains("This link does not work"), "{}", pages[0]);

    let away = World::start().await;
    for (method, form, said) in [
        (Method::GET, None, "try again in a few minutes"),
        (Method::POST, Some("solved=yes"), "We cannot tell whether your answer is recorded"),
    ] {
        let page = opens(&away, method, &link(), form).await;
        assert_eq!(page.status(), 503);
        assert!(page.text().await.unwrap().contains(said), "{said}");
    }
}

#[tokio::test]
async fn where_there_is_no_page_no_secret_is_said_again() {
    let world = open().await;
    for (method, path, status) in [
        (Method::GET, format!("{}/", link()), 404),
        (Method::GET, format!("/portal{}", link()), 404),
        (Method::PUT, link(), 405),
    ] {
        let refused = opens(&world, method, &path, None).await;
        assert_eq!(refused.status(), status, "{path}");
        let refused = refused.text().await.unwrap();
        assert!(refused.contains("/s/...") && !refused.contains(TOKEN), "{refused}");
    }
}

#[tokio::test]
async fn what_came_too_late_leads_to_how_it_goes_on() {
    let world = open().await;
    let standing = SurveyStanding::Newer.into();
    world.others.told.state().survey = Some(ShowSurveyResponse { standing, ..asked() });
    let sent = opens(&world, Method::POST, &link(), Some("solved=no")).await;
    assert_eq!((sent.status().as_u16(), header(&sent, "location")), (303, "?lang=en"));
    let page = opens(&world, Method::GET, &link(), None).await.text().await.unwrap();
    assert!(page.contains("Open the link in your newest message"), "{page}");
    assert!(world.others.told.state().commands.is_empty(), "nothing was recorded");
}
