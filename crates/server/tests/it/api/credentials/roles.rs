//! Every call of the route table for each default role, held in all categories, in the one that the call is about, or in
//! another one, and for each of the parts that somebody may have in an automation: it is made for exactly those whom the
//! table says. What the table says is printed in `docs/api-permissions.md`.

use automation_hub_domain::{
    collaborator::Collaborator,
    flow::{CollaboratorRole, Condition, Flow, Place, default_flows},
    id::{CategoryId, IdeaId, RoleId, UserId},
    idea::SubmissionType,
    permission::{Permission, PermissionSet},
    role::{DEFAULT_ROLES, STANDARD_USER},
    token::value::TokenForm,
    user::RoleAssignment,
};
use automation_hub_server::api::routes::{Callers, Extent, FlowPart, Further, ROUTES, Route};
use automation_hub_storage::{Session, StorageError, categories, collaborators, users, values};

use super::{
    Call,
    matrix::{Matrix, is_used_up},
};
use crate::{api::node, app::NOON, calls::Issued};

/// Where a role is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Everywhere,
    There,
    Elsewhere,
}

/// Somebody with a token, and what they may do.
struct Caller {
    told: String,
    token: Issued,
    permissions: PermissionSet,
    scope: Scope,
    part: Option<(UserId, CollaboratorRole)>,
}

impl Caller {
    fn holds(&self, permission: Permission, extent: Extent) -> bool {
        let is_within = match extent {
            Extent::Somewhere => true,
            Extent::There => self.scope != Scope::Elsewhere,
            Extent::Everywhere => self.scope == Scope::Everywhere,
        };
        is_within && self.permissions.contains(permission)
    }

    fn meets(&self, condition: Condition, extent: Extent) -> bool {
        match condition {
            Condition::Permission(permission) => self.holds(permission, extent),
            Condition::Collaborator(asked) => self.part.is_some_and(|(_, part)| part == asked),
        }
    }

    /// What the table says of a call of theirs.
    fn may_make(&self, route: &Route) -> bool {
        let further = match route.further {
            Further::Nothing => true,
            Further::Permissions(any) => any.iter().any(|&permission| self.holds(permission, route.extent)),
            Further::Conditions(any) => any.iter().any(|&condition| self.meets(condition, route.extent)),
            Further::Flow(part) => {
                conditions(part).into_iter().any(|condition| self.meets(condition, route.extent))
            }
        };
        further && route.permission.is_none_or(|permission| self.holds(permission, route.extent))
    }
}

fn flow(kind: SubmissionType) -> Flow {
    default_flows().into_iter().find(|default| default.kind == kind).unwrap().flow
}

/// What the flow asks for that the ideas in [`Matrix`] have and get, or the one that the call always submits into.
fn conditions(part: FlowPart) -> Vec<Condition> {
    let flow = flow(match part {
        FlowPart::SubmitInto(kind) => kind,
        _ => SubmissionType::EmployeeDriven,
    });
    if part != FlowPart::Move {
        return part.conditions(&flow);
    }
    // The way that the call of the matrix asks for.
    let place = |status| Place { phase: "IDEA", status };
    let way = flow.conditions(place("AWAITING_REVIEW"), place("APPROVED"));
    way.chain(flow.permissions.force.iter().copied()).collect()
}

/// The matrix's tenant with a category in which nothing is filed, and the callers.
struct Roles {
    matrix: Matrix,
    elsewhere: CategoryId,
}

impl Roles {
    async fn start() -> Self {
        let matrix = Matrix::start().await;
        let insert = |s: &mut Session<'_>| categories::insert(s, &node("Legal", None, 2));
        let elsewhere = matrix.desk.hub.app.store.write(matrix.desk.hub.tenant, insert).await.unwrap();
        Self { matrix, elsewhere }
    }

    async fn person(&self, email: &str, role: RoleId, scope: Scope) -> UserId {
        let hub = &self.matrix.desk.hub;
        let category = match scope {
            Scope::Everywhere => None,
            Scope::There => Some(self.matrix.category),
            Scope::Elsewhere => Some(self.elsewhere),
        };
        let user = hub.add_user(email, &[]).await;
        let set = move |s: &mut Session<'_>| {
            users::set_role_assignments(s, user, &[RoleAssignment { role, category }])
        };
        hub.app.store.write(hub.tenant, set).await.unwrap();
        hub.app.person_changed(hub.tenant, user).await.unwrap();
        user
    }

    /// A personal token and one that somebody else made for them.
    async fn tokens(&self, user: UserId) -> [Issued; 2] {
        let hub = &self.matrix.desk.hub;
        let personal = hub.issue(Some(user), TokenForm::Uuid, None).await;
        let mut drawn = hub.draw(Some(user), TokenForm::Uuid, None);
        drawn.row.creator = Some(self.matrix.desk.ana);
        let [assigned] = &hub.issue_all(vec![drawn]).await[..] else { panic!("one was asked for") };
        hub.token_changed(assigned.id).await;
        [personal, assigned.clone()]
    }

    async fn by_role(&self) -> Vec<Caller> {
        let mut callers = Vec::new();
        for role in DEFAULT_ROLES {
            for scope in [Scope::Everywhere, Scope::There, Scope::Elsewhere] {
                let email = format!("{}.{scope:?}@nordwind.example", role.slug).to_lowercase();
                let user = self.person(&email, RoleId::new(role.id), scope).await;
                for (kind, token) in ["personal", "user-assigned"].into_iter().zip(self.tokens(user).await) {
                    callers.push(Caller {
                        told: format!("{} ({scope:?}), {kind}", role.name),
                        token,
                        permissions: role.permissions(),
                        scope,
                        part: None,
                    });
                }
            }
        }
        callers
    }

    /// Gives somebody a part in the automation there is now.
    async fn take_part(&self, user: UserId, part: CollaboratorRole) {
        let idea = IdeaId::new(self.matrix.idea.parse().unwrap());
        let take = move |s: &mut Session<'_>| -> Result<(), StorageError> {
            let column = match part {
                CollaboratorRole::Submitter => "submitter_user_id",
                CollaboratorRole::ProcessOwner => "owner_user_id",
                _ => {
                    let roles = collaborators::roles(s)?;
                    let role = roles.into_iter().find(|role| role.part() == Some(part)).unwrap();
                    return collaborators::add(s, idea, &[Collaborator { user, role: role.id }], NOON);
                }
            };
            s.execute(&format!("UPDATE ideas SET {column} = $1 WHERE id = $2"), values![user, idea])?;
            Ok(())
        };
        let hub = &self.matrix.desk.hub;
        hub.app.store.write(hub.tenant, take).await.unwrap();
    }

    async fn check(&mut self, caller: &Caller) {
        for route in ROUTES {
            if let Some((user, part)) = caller.part {
                self.matrix.replace().await;
                self.matrix.restore(route.path).await;
                self.take_part(user, part).await;
            }
            let call = self.matrix.call(route, "/api/v1/openapi", Call::of(&caller.token));
            let answer = self.matrix.desk.send(&call).await;
            let told = format!("{}: {} {}: {}", caller.told, route.method, route.path, answer.text());
            if caller.may_make(route) {
                assert!(answer.status.is_success(), "{told}");
            } else {
                let kind = &answer.json()["type"];
                assert_eq!((answer.status.as_u16(), kind), (403, &"permission-missing".into()), "{told}");
            }
            if answer.status.is_success() && is_used_up(route) && caller.part.is_none() {
                self.matrix.restore(route.path).await;
            }
        }
    }
}

#[tokio::test]
async fn each_call_is_for_those_who_hold_what_the_table_says_where_it_says() {
    let mut roles = Roles::start().await;
    for caller in roles.by_role().await {
        roles.check(&caller).await;
    }
}

#[tokio::test]
async fn a_part_in_an_automation_lets_do_what_the_table_says_and_no_more() {
    let mut roles = Roles::start().await;
    for part in CollaboratorRole::ALL {
        let email = format!("{}@nordwind.example", part.key());
        let user = roles.person(&email, STANDARD_USER, Scope::There).await;
        let [token, _] = roles.tokens(user).await;
        let role = DEFAULT_ROLES.iter().find(|role| RoleId::new(role.id) == STANDARD_USER).unwrap();
        let caller = Caller {
            told: part.key().to_owned(),
            token,
            permissions: role.permissions(),
            scope: Scope::There,
            part: Some((user, part)),
        };
        roles.check(&caller).await;
    }
}

/// Who is nobody in particular makes the calls for any token, whatever they ask of a user.
#[tokio::test]
async fn a_tenant_level_token_makes_the_calls_for_any_token_and_no_other() {
    let roles = Roles::start().await;
    let token = roles.matrix.desk.hub.issue(None, TokenForm::Uuid, None).await;
    for route in ROUTES {
        let call = roles.matrix.call(route, "/api/v1/openapi", Call::of(&token));
        let answer = roles.matrix.desk.send(&call).await;
        let told = format!("{} {}: {}", route.method, route.path, answer.text());
        match route.callers {
            Callers::All => assert!(answer.status.is_success(), "{told}"),
            Callers::Users | Callers::UsersOrNamedSubmitter => {
                assert_eq!(
                    (answer.status.as_u16(), &answer.json()["type"]),
                    (403, &"submitter-required".into())
                );
            }
        }
    }
}
