//! The first half of the credential: which tenant it is of.

use uuid::Uuid;

use super::{AUTHORIZATION, Call, Desk, NEVER_ISSUED, OTHER_UUID};
use crate::{
    app::{BASE, TENANT_UUID, found_tenant},
    calls::AUTHINFO,
};
use automation_hub_domain::token::value::TokenForm;
use automation_hub_storage::tenants;
use axum::http::StatusCode;

fn with_tenant(desk: &Desk, tenant: &str) -> Call {
    desk.call().with(AUTHORIZATION, format!("Bearer {tenant}/{}", desk.token.value))
}

#[tokio::test]
async fn hexadecimal_digits_count_in_any_letter_case() {
    let desk = Desk::start().await;
    let id = TENANT_UUID.to_string();
    let mixed: String = id
        .char_indices()
        .map(|(at, digit)| if at % 2 == 0 { digit.to_ascii_uppercase() } else { digit })
        .collect();
    for tenant in [id.to_uppercase(), mixed] {
        assert_ne!(tenant, id);
        desk.accepted(&with_tenant(&desk, &tenant)).await;
    }
}

#[tokio::test]
async fn ids_of_any_version_and_variant_are_read() {
    let ids = [
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "6fa459ea-ee8a-3ca4-894e-db77e160355e",
        "886313e1-3b8a-5372-9b90-0c9aee199e5d",
        "018f3e6a-9c1d-7b2f-8a3e-1b2c3d4e5f60",
        "5d3f0a6e-8f1b-4c57-ca2e-0b6c1d2e3f40",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ];
    let mut desk = Desk::start().await;
    let home = desk.hub.tenant;
    for (number, id) in ids.into_iter().enumerate() {
        desk.rejected(&with_tenant(&desk, id)).await;
        let slug = format!("company-{number}");
        let tenant =
            found_tenant(&desk.hub.database, &slug, "production", Uuid::parse_str(id).unwrap()).await;
        desk.hub.app.tenant_changed(tenant).await.unwrap();
        desk.rejected(&with_tenant(&desk, id)).await;
        desk.hub.tenant = tenant;
        let token = desk.hub.issue(None, TokenForm::Uuid, None).await;
        desk.hub.tenant = home;
        let answer = desk.accepted(&Call::of(&token)).await;
        assert_eq!(answer.json()["data"]["tenant"]["tenant_uuid"], id);
    }
}

#[tokio::test]
async fn other_ways_to_write_an_id_are_rejected() {
    let desk = Desk::start().await;
    let id = TENANT_UUID.to_string();
    for tenant in [
        id.replace('-', ""),
        format!("{{{id}}}"),
        format!("urn:uuid:{id}"),
        id[1..].to_owned(),
        id[..35].to_owned(),
        format!("{id}0"),
        format!("0{id}"),
        id.replacen('8', "g", 1),
        id.replacen('-', "_", 1),
        format!("{}-{}", &id[..7], id[7..].replacen('-', "", 1)),
        id.replace('-', "\u{2010}"),
    ] {
        desk.rejected(&with_tenant(&desk, &tenant)).await;
    }
}

#[tokio::test]
async fn a_name_is_no_id() {
    let desk = Desk::start().await;
    let number = desk.hub.tenant.get().to_string();
    for tenant in ["nordwind", "production", "nordwind/production", "Nordwind Group", &number, "default"] {
        desk.rejected(&with_tenant(&desk, tenant)).await;
    }
}

#[tokio::test]
async fn a_token_counts_for_its_own_tenant_only() {
    let desk = Desk::start().await;
    let unknown = Uuid::from_u128(0x7ba7_b810_9dad_41d1_80b4_00c0_4fd4_30c8).to_string();
    desk.rejected(&with_tenant(&desk, &unknown)).await;
    desk.rejected(&with_tenant(&desk, &OTHER_UUID.to_string())).await;
    desk.rejected(&desk.call_with_value(&desk.witness.value)).await;
    desk.rejected(&desk.call().with(AUTHORIZATION, format!("Bearer {unknown}/{NEVER_ISSUED}"))).await;
    let app_key = desk.hub.issue(None, TokenForm::Uuid, Some("correct-app-key")).await;
    let elsewhere = Call::of(&app_key).with(AUTHORIZATION, format!("Bearer {OTHER_UUID}/{}", app_key.value));
    desk.rejected(&elsewhere).await;
}

#[tokio::test]
async fn an_address_that_names_another_tenant_is_rejected() {
    let desk = Desk::start().await;
    let other = "/solveig/production/automationhub_/api/v1/openapi";
    desk.accepted(&desk.call().at(format!("{BASE}/api/v1/openapi/authinfo"))).await;
    desk.accepted(&Call::of(&desk.witness).at(format!("{other}/authinfo"))).await;
    for path in ["/authinfo", "/automations", "/nothing"] {
        desk.rejected(&desk.call().at(format!("{other}{path}"))).await;
        desk.rejected(&Call::of(&desk.witness).at(format!("{BASE}/api/v1/openapi{path}"))).await;
    }
}

#[tokio::test]
async fn an_address_that_names_no_tenant_is_told_before_anything_else() {
    let desk = Desk::start().await;
    for tenant in [
        "nordwind/nothing",
        "nothing/production",
        "solveig/nothing",
        "Nordwind/Production",
        "a%2Fb/c",
        "%00/%ff",
    ] {
        for call in [desk.call(), Call::bare(), desk.call_with_value(NEVER_ISSUED)] {
            let call = call.at(format!("/{tenant}/automationhub_{AUTHINFO}"));
            let answer = desk.refused(&call, 404, "tenant-not-found").await;
            assert!(answer.text().contains("not found in organization"), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn whoever_tries_names_of_tenants_is_slowed_down() {
    let desk = Desk::start().await;
    let nowhere = |n: usize| format!("/nordwind/{n}/automationhub_{AUTHINFO}");
    for n in 0..1000 {
        assert_eq!(desk.hub.get(&nowhere(n)).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(desk.hub.get(&nowhere(1000)).await.status, StatusCode::TOO_MANY_REQUESTS);
    desk.accepted(&desk.call()).await;
}

#[tokio::test]
async fn a_tenant_that_is_switched_off_is_told_to_its_own_tokens_only() {
    let desk = Desk::start().await;
    desk.write(|s| Ok(tenants::set_active(s, false)?)).await;
    desk.hub.app.tenant_changed(desk.hub.tenant).await.unwrap();
    desk.refused(&desk.call(), 401, "tenant-inactive").await;
    desk.refused(&desk.call().at(format!("{BASE}{AUTHINFO}")), 401, "tenant-inactive").await;
    desk.rejected(&desk.call_with_value(NEVER_ISSUED)).await;
    desk.rejected(&desk.call_with_value(&desk.witness.value)).await;
    desk.write(|s| Ok(tenants::set_active(s, true)?)).await;
    desk.hub.app.tenant_changed(desk.hub.tenant).await.unwrap();
    desk.accepted(&desk.call()).await;
}
