//! People in lists, and the roles of a page of them.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, RoleId, UserId},
    page::PageRequest,
    user::RoleAssignment,
};
use automation_hub_storage::chunk::Start;
use automation_hub_storage::users::{self, UserFilter};
use automation_hub_storage::{Session, StorageError, tenants};

use crate::organization::{Organization, found_tenant};
use crate::tokens::add_user;

const ADMIN: RoleId = RoleId::new(2);
const STANDARD: RoleId = RoleId::new(8);

/// Several of one name, so that only their ids tell them apart.
fn add_many(s: &mut Session<'_>) -> Result<Vec<UserId>, StorageError> {
    let names = ["Bea", "Cem"].into_iter().cycle().take(7).zip(0..);
    names.map(|(name, n)| add_user(s, name, &format!("p{n}@acme.example"))).collect()
}

#[tokio::test]
async fn the_roles_of_a_page_of_people_are_one_statement() {
    let acme = Organization::found().await;
    let (ana, legal) = (acme.ana, acme.legal);
    let (bea, cem) = acme
        .write(move |s| {
            let (bea, cem) =
                (add_user(s, "Bea", "bea@acme.example")?, add_user(s, "Cem", "cem@acme.example")?);
            let role = |role, category| RoleAssignment { role, category };
            users::set_role_assignments(s, bea, &[role(STANDARD, Some(legal)), role(ADMIN, None)])?;
            users::set_role_assignments(s, ana, &[role(ADMIN, None)])?;
            Ok((bea, cem))
        })
        .await
        .unwrap();
    let held = |ids: Vec<UserId>| acme.read(move |s| users::role_assignments(s, &ids));
    let plain = |held: Vec<(UserId, RoleAssignment)>| -> Vec<_> {
        held.into_iter().map(|(user, one)| (user, one.role, one.category.map(CategoryId::get))).collect()
    };
    let before = acme.store().statement_count();
    let of_all = plain(held(vec![bea, cem, ana]).await);
    assert_eq!(acme.store().statement_count() - before, 1);
    let of_bea = [(bea, ADMIN, None), (bea, STANDARD, Some(legal.get()))];
    assert_eq!(of_all, [&[(ana, ADMIN, None)][..], &of_bea].concat());
    assert_eq!(plain(held(vec![bea]).await), of_bea);
    assert!(held(Vec::new()).await.is_empty());
    let other = found_tenant(acme.store(), "other").await;
    let theirs = acme.store().read(other, move |s| users::role_assignments(s, &[ana, bea])).await;
    assert_eq!(theirs.unwrap(), [], "another tenant sees nothing");
}

#[tokio::test]
async fn chunks_of_people_follow_one_another_in_the_order_of_the_list() {
    let acme = Organization::found().await;
    acme.write(add_many).await.unwrap();
    let filter = UserFilter { search: Some("acme".into()), is_active: Some(true), ..UserFilter::default() };
    let asked = filter.clone();
    let all = acme.read(move |s| users::list(s, &asked, PageRequest::default())).await;
    assert_eq!((all.total, all.items.len()), (8, 8));
    let (mut chunked, mut start) = (Vec::new(), Start::Offset(1));
    loop {
        let asked = filter.clone();
        let chunk = acme.read(move |s| users::chunk(s, &asked, &start, 2)).await;
        chunked.extend(chunk.items.into_iter().map(|user| user.id));
        let Some(end) = chunk.end else { break };
        start = Start::After(end);
    }
    assert_eq!(chunked, all.items.iter().skip(1).map(|user| user.id).collect::<Vec<_>>());
}

#[tokio::test]
async fn tenants_that_never_had_anybody_are_listed() {
    let acme = Organization::found().await;
    let store = acme.store();
    let empty = found_tenant(store, "empty").await;
    let closed = found_tenant(store, "closed").await;
    store.write(closed, |s| tenants::set_active(s, false)).await.unwrap();
    let ana = acme.ana;
    acme.write(move |s| users::set_active(s, ana, false, Timestamp::from_millis(1))).await.unwrap();
    let deserted = store.system().read(tenants::list_deserted).await.unwrap();
    assert_eq!(deserted.into_iter().map(|tenant| tenant.id).collect::<Vec<_>>(), [empty]);
}
