//! Changes and calls as one list, and baselines of project plans: each tenant has its own.

use automation_hub_domain::audit::AuditAction;
use automation_hub_domain::clock::Timestamp;
use automation_hub_domain::cost_benefit::Baseline;
use automation_hub_domain::formula::Figures;
use automation_hub_domain::id::TokenId;
use automation_hub_storage::audit::{self, AuditEvent};
use automation_hub_storage::calls::{self, CallRecord};
use automation_hub_storage::logs::{self, LogFilter, LogKind};
use automation_hub_storage::{StorageError, baselines, ideas};

use crate::organization::{Organization, found_tenant};

fn event(at: i64) -> AuditEvent {
    AuditEvent {
        happened_at: Timestamp::from_millis(at),
        actor_user: None,
        actor_token: None,
        actor_name: "Operator".into(),
        action: AuditAction::IDEA_TAG,
        object_type: "idea",
        object_id: 1,
        object_name: "One".into(),
        before: None,
        after: None,
        address: String::new(),
        request_id: String::new(),
        claim: None,
    }
}

impl Organization {
    async fn call(&self, at: i64) {
        let call = CallRecord {
            tenant: self.tenant,
            token: TokenId::new(1),
            user: Some(self.ana),
            called_at: Timestamp::from_millis(at),
            method: "GET",
            route: "/roles",
            path: "/api/v1/openapi/roles",
            status: 200,
            duration_micros: 7,
            address: "",
            client: "",
            request_id: "",
            content: None,
        };
        let write = move |s: &mut automation_hub_storage::System<'_>| {
            calls::insert_batch(s, std::slice::from_ref(&call), &[])
        };
        self.store().system().write(write).await.unwrap();
    }
}

#[tokio::test]
async fn the_list_goes_on_after_each_of_its_places_and_is_one_tenants() {
    let acme = Organization::found().await;
    for at in [5, 7, 7, 9] {
        acme.write(move |s| audit::insert(s, &event(at))).await.unwrap();
        acme.call(at).await;
    }
    let all = acme.read(|s| logs::list(s, &LogFilter::default(), (0, 50))).await;
    let shown: Vec<_> = all.iter().map(|entry| (entry.position.at.millis(), entry.position.kind)).collect();
    let (event, call) = (LogKind::Event, LogKind::Call);
    let expected =
        [(9, event), (9, call), (7, event), (7, event), (7, call), (7, call), (5, event), (5, call)];
    assert_eq!(shown, expected);
    assert_eq!(all[1].user_name, "Ana Costa");
    for (place, entry) in (1_u64..).zip(&all) {
        let filter = LogFilter { after: Some(entry.position), ..LogFilter::default() };
        let counted = filter.clone();
        assert_eq!(acme.read(move |s| logs::count(s, &counted)).await, 8 - place);
        let rest = acme.read(move |s| logs::list(s, &filter, (0, 50))).await;
        assert_eq!(rest, all[usize::try_from(place).unwrap()..]);
        let skipped = acme.read(move |s| logs::list(s, &LogFilter::default(), (place, 2))).await;
        assert_eq!(skipped, rest[..rest.len().min(2)]);
    }
    let other = found_tenant(acme.store(), "other").await;
    let read = acme.store().read(other, |s| {
        let filter = LogFilter::default();
        Ok::<_, StorageError>((logs::count(s, &filter)?, logs::list(s, &filter, (0, 50))?))
    });
    assert_eq!(read.await.unwrap(), (0, Vec::new()));
}

#[tokio::test]
async fn a_baseline_is_written_once_and_no_other_tenant_sees_it() {
    let acme = Organization::found().await;
    let new = acme.idea("One", 1);
    let baseline = Baseline {
        set_at: Timestamp::from_millis(7),
        ease: Some("Easy".into()),
        figures: Figures::from([("benefit_hours".to_owned(), 0.1)]),
        launch: Some(Timestamp::from_millis(9)),
    };
    let later = Baseline { set_at: Timestamp::from_millis(8), ease: None, launch: None, ..baseline.clone() };
    let written = baseline.clone();
    let idea = acme
        .write(move |s| {
            let idea = ideas::insert(s, &new, r#""a":1"#)?.id;
            baselines::insert(s, idea, &written, None)?;
            Ok(idea)
        })
        .await
        .unwrap();
    let again = acme.write(move |s| baselines::insert(s, idea, &later, None)).await;
    assert!(matches!(again, Err(StorageError::Conflict(_))), "{again:?}");
    assert_eq!(acme.read(move |s| baselines::find(s, idea)).await, Some(baseline));
    let other = found_tenant(acme.store(), "other").await;
    assert_eq!(acme.store().read(other, move |s| baselines::find(s, idea)).await.unwrap(), None);
}
