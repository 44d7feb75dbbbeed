//! Every call of the route table for each default role, held in all categories, in the one that the call is about, or in
//! another one, and for each of the parts that somebody may have in an automation: it is made for exactly those whom the
//! table says, whichever flow it is about and wherever in it the automation is. What the table says is printed in
//! `docs/api-permissions.md`.

use automation_hub_domain::{
    collaborator::Collaborator,
    flow::{CollaboratorRole, Condition, DefaultFlow, Flow, Place, default_flows},
    id::{CategoryId, FlowId, IdeaId, RoleId, UserId},
    idea::SubmissionType,
    permission::{Permission, PermissionSet},
    role::{DEFAULT_ROLES, STANDARD_USER, SYSTEM_ADMIN},
    token::value::TokenForm,
    user::RoleAssignment,
};
use automation_hub_server::api::routes::{Callers, Extent, FlowPart, Further, ROUTES, Route};
use automation_hub_storage::{Session, StorageError, categories, collaborators, forms, users, values};
use axum::http::Method;
use serde_json::{Value, json};

use super::{
    Call,
    matrix::{IDEA_FLOW, Matrix, is_used_up},
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

    /// What the table says of a call of theirs, given what a part of the flow asks for.
    fn may_make(&self, route: &Route, conditions: impl Fn(FlowPart) -> Vec<Condition>) -> bool {
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

/// The flow that a call is about, and the way that an automation is to go in it.
#[derive(Clone, Copy, Debug)]
struct About {
    kind: SubmissionType,
    from: Place<'static>,
    to: Place<'static>,
}

const fn about(
    kind: SubmissionType,
    from: (&'static str, &'static str),
    to: (&'static str, &'static str),
) -> About {
    About { kind, from: Place { phase: from.0, status: from.1 }, to: Place { phase: to.0, status: to.1 } }
}

/// What the calls of [`Matrix`] are about.
const USUAL: About = about(SubmissionType::EmployeeDriven, ("IDEA", "AWAITING_REVIEW"), ("IDEA", "APPROVED"));

/// Ways in later phases and other flows, each for others than the one before.
const LATER_WAYS: [About; 6] = [
    about(
        SubmissionType::EmployeeDriven,
        ("ASSESSMENT", "NOT_STARTED"),
        ("QUALIFICATION", "AWAITING_REVIEW"),
    ),
    about(
        SubmissionType::EmployeeDriven,
        ("QUALIFICATION", "AWAITING_REVIEW"),
        ("QUALIFICATION", "APPROVED"),
    ),
    about(SubmissionType::CoeDriven, ("QUALIFICATION", "APPROVED"), ("ANALYSIS", "NOT_STARTED")),
    about(
        SubmissionType::CitizenDevelopment,
        ("BUSINESS_REVIEW", "AWAITING_REVIEW"),
        ("TECHNICAL_REVIEW", "AWAITING_REVIEW"),
    ),
    about(SubmissionType::CitizenDevelopment, ("TECHNICAL_REVIEW", "AWAITING_REVIEW"), ("LIVE", "ONGOING")),
    about(SubmissionType::BusinessProcess, ("DOCUMENTATION", "COMPLETED"), ("ASSESSMENT", "NOT_STARTED")),
];

/// Kinds that each ask for something else to submit one.
const OTHER_KINDS: [SubmissionType; 4] = [
    SubmissionType::CoeDriven,
    SubmissionType::CitizenDevelopment,
    SubmissionType::ChangeRequest,
    SubmissionType::BusinessProcess,
];

const BASE: &str = "/api/v1/openapi";
const FROM_SCHEMA: &str = "/idea-from-schema";
/// An answer of what documentation there is.
const DOCUMENTED: &str = "ah-answer_option-ovrbp-0-3-0-1";

fn route(method: &Method, path: &str) -> &'static Route {
    ROUTES.iter().find(|route| route.method == *method && route.path == path).unwrap()
}

/// Says in the body of a call who submits.
fn name_submitter(path: &str, body: &mut Value, address: &str) {
    if path == FROM_SCHEMA {
        body["user_inputs"]["OVR"]["any"]["OVR-OVERVIEW_PROCESS_SUBMITTER"] = json!({"value": address});
    } else {
        body["submitter"] = address.into();
    }
}

/// The matrix's tenant with a category in which nothing is filed, and the callers.
struct Roles {
    matrix: Matrix,
    elsewhere: CategoryId,
    flows: Vec<DefaultFlow>,
}

impl Roles {
    async fn start() -> Self {
        let matrix = Matrix::start().await;
        let insert = |s: &mut Session<'_>| categories::insert(s, &node("Legal", None, 2));
        let elsewhere = matrix.desk.hub.app.store.write(matrix.desk.hub.tenant, insert).await.unwrap();
        Self { matrix, elsewhere, flows: default_flows() }
    }

    fn flow(&self, kind: SubmissionType) -> &Flow {
        &self.flows.iter().find(|default| default.kind == kind).unwrap().flow
    }

    /// What the flow asks for that a call is about, or the one that the call always submits into.
    fn conditions(&self, part: FlowPart, about: About) -> Vec<Condition> {
        let flow = self.flow(about.kind);
        match part {
            FlowPart::SubmitInto(kind) => part.conditions(self.flow(kind)),
            FlowPart::Move => {
                let way = flow.conditions(about.from, about.to);
                way.chain(flow.permissions.force.iter().copied()).collect()
            }
            _ => part.conditions(flow),
        }
    }

    /// Has the flow of a kind ask for something else.
    async fn ask_to_submit(&mut self, kind: SubmissionType, permission: Permission) {
        let of_kind = self.flows.iter_mut().find(|default| default.kind == kind).unwrap();
        of_kind.flow.permissions.submit = vec![Condition::Permission(permission)];
        let (id, flow) = (FlowId::new(kind.code()), of_kind.flow.clone());
        let install = move |s: &mut Session<'_>| forms::install_flow(s, id, &flow);
        let hub = &self.matrix.desk.hub;
        assert!(hub.app.store.write(hub.tenant, install).await.unwrap().is_some());
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

    /// Standard users, each of whom is to have another part.
    async fn by_part(&self) -> Vec<Caller> {
        let role = DEFAULT_ROLES.iter().find(|role| RoleId::new(role.id) == STANDARD_USER).unwrap();
        let mut callers = Vec::new();
        for part in CollaboratorRole::ALL {
            let email = format!("{}@nordwind.example", part.key());
            let user = self.person(&email, STANDARD_USER, Scope::There).await;
            let [token, _] = self.tokens(user).await;
            callers.push(Caller {
                told: part.key().to_owned(),
                token,
                permissions: role.permissions(),
                scope: Scope::There,
                part: Some((user, part)),
            });
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
            let call = self.matrix.call(route, BASE, Call::of(&caller.token));
            let is_made = self.is_made(caller, (route, USUAL), &call).await;
            if is_made && is_used_up(route) && caller.part.is_none() {
                self.matrix.restore(route.path).await;
            }
        }
    }

    /// Makes a call, and tells whether it was made: for whom it is, and for nobody else.
    async fn is_made(&self, caller: &Caller, (route, about): (&Route, About), call: &Call) -> bool {
        let answer = self.matrix.desk.send(call).await;
        let told = format!("{}: {} {}: {about:?}: {}", caller.told, route.method, route.path, answer.text());
        let is_permitted = caller.may_make(route, |part| self.conditions(part, about));
        if is_permitted {
            assert!(answer.status.is_success(), "{told}");
        } else {
            let kind = &answer.json()["type"];
            assert_eq!((answer.status.as_u16(), kind), (403, &"permission-missing".into()), "{told}");
        }
        is_permitted
    }

    /// A call of a route with another body than that of the matrix.
    fn call(&self, route: &Route, token: &Issued, body: &Value) -> Call {
        self.matrix.call(route, BASE, Call::of(token)).sending("application/json", body.to_string())
    }

    /// That of the automation there is now.
    async fn kind(&self, by: &Issued) -> SubmissionType {
        let path = format!("{BASE}/automations/{}", self.matrix.idea);
        let record = self.matrix.desk.accepted(&Call::of(by).at(path)).await;
        let code = record.json()["data"]["process_submission_type"].as_i64().unwrap();
        SubmissionType::from_code(code).unwrap()
    }

    /// Moves the automation there is now along each of the later ways.
    async fn check_moves(&self, caller: &Caller, admin: &Issued) {
        let (moving, placing) =
            (route(&Method::POST, "/automations/status"), route(&Method::POST, IDEA_FLOW));
        for way in LATER_WAYS {
            let [from, to] = [way.from, way.to].map(|there| {
                let mut body = place(way.kind, there);
                body["process_id"] = self.matrix.idea.parse::<i64>().unwrap().into();
                body
            });
            // Within its flow an idea is only moved.
            let by = if self.kind(admin).await == way.kind { moving } else { placing };
            self.matrix.desk.accepted(&self.call(by, admin, &from)).await;
            self.is_made(caller, (moving, way), &self.call(moving, &caller.token, &to)).await;
        }
    }

    /// Each call that names the flow it submits into, for flows that ask for something else than the usual one.
    async fn check_submissions(&self, caller: &Caller) {
        for kind in OTHER_KINDS {
            let about = About { kind, ..USUAL };
            for path in ["/automations", FROM_SCHEMA] {
                let route = route(&Method::POST, path);
                let mut body = self.submission(path, kind);
                if kind == SubmissionType::BusinessProcess {
                    name_submitter(path, &mut body, "ana@nordwind.example");
                }
                self.is_made(caller, (route, about), &self.call(route, &caller.token, &body)).await;
            }
            // Nothing can become a change request.
            if kind != SubmissionType::ChangeRequest {
                let (route, start) = (route(&Method::POST, IDEA_FLOW), self.flow(kind).starts_in().unwrap());
                let call = self.call(route, &caller.token, &place(kind, start));
                self.is_made(caller, (route, about), &call).await;
            }
            let route = route(&Method::GET, "/idea-schema");
            let path = format!("{BASE}{}?idea_flow_id={}", route.path, kind.code());
            self.is_made(caller, (route, about), &Call::of(&caller.token).at(path)).await;
        }
    }

    /// A submission into the flow of a kind.
    fn submission(&self, path: &str, kind: SubmissionType) -> Value {
        let mut body = self.matrix.body(path);
        body["idea_flow_id"] = kind.code().into();
        let parent = self.matrix.idea.parse::<i64>().unwrap();
        match (path, kind) {
            (FROM_SCHEMA, _) => answer(&mut body["user_inputs"], kind, parent),
            (_, SubmissionType::CoeDriven) => body["process_pain_points"] = "Slow".into(),
            (_, SubmissionType::ChangeRequest) => body["process_parent_id"] = parent.into(),
            (_, SubmissionType::BusinessProcess) => {
                body["owner"] = "ana@nordwind.example".into();
                body["process_documents"] = json!([DOCUMENTED]);
            }
            _ => {}
        }
        body
    }
}

fn place(kind: SubmissionType, place: Place<'_>) -> Value {
    json!({"idea_flow_id": kind.code(), "phase_variable": place.phase, "status_variable": place.status})
}

/// Answers what the form of a kind requires in place of the assessment of an employee-driven idea.
fn answer(inputs: &mut Value, kind: SubmissionType, parent: i64) {
    inputs.as_object_mut().unwrap().remove("Q1");
    match kind {
        SubmissionType::CoeDriven => {
            inputs["OVR"]["any"]["OVR-OVERVIEW_PAIN_POINTS"] = json!({"value": "Slow"});
            inputs["Q2"]["any"] = json!({
                "Q2-PROCESS_NEGATIVE_IMPACT": {"value": "Late"},
                "Q2-AUTOMATION_GOAL": {"value": "automation-goal-cost"},
                "Q2-TASK_STABILITY": {"value": "task-stability-no-change-expected"},
                "Q2-APPLICATION_STABILITY": {"value": "application-stability-no-change-expected"}
            });
        }
        SubmissionType::ChangeRequest => inputs["CR"]["any"]["CR-PARENT"] = json!({"value": parent}),
        SubmissionType::BusinessProcess => {
            let overview = &mut inputs["OVR"]["any"];
            overview["OVR-PROCESS_OWNER"] = json!({"value": "ana@nordwind.example"});
            overview["OVR-PROCESS_DOCUMENTS"] = json!({"value": [DOCUMENTED]});
        }
        _ => {}
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
    for caller in roles.by_part().await {
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

#[tokio::test]
async fn an_automation_is_moved_by_those_whom_the_flow_says_wherever_it_is() {
    let mut roles = Roles::start().await;
    let admin = roles.person("adam@nordwind.example", SYSTEM_ADMIN, Scope::Everywhere).await;
    let [admin, _] = roles.tokens(admin).await;
    for caller in roles.by_role().await {
        roles.check_moves(&caller, &admin).await;
    }
    for caller in roles.by_part().await {
        roles.matrix.replace().await;
        let (user, part) = caller.part.unwrap();
        roles.take_part(user, part).await;
        roles.check_moves(&caller, &admin).await;
    }
}

#[tokio::test]
async fn a_submission_is_for_those_whom_the_flow_says_that_it_names() {
    let mut roles = Roles::start().await;
    for caller in roles.by_role().await {
        // What was moved into a flow can't be moved into it again.
        roles.matrix.replace().await;
        roles.check_submissions(&caller).await;
    }
    // Of a part in the automation that a change request is about.
    for caller in roles.by_part().await {
        roles.matrix.replace().await;
        let (user, part) = caller.part.unwrap();
        roles.take_part(user, part).await;
        roles.check_submissions(&caller).await;
    }
}

/// To begin with, these flows ask for no more than the calls do themselves, so nothing would tell one from another.
#[tokio::test]
async fn a_call_for_one_kind_of_idea_asks_the_flow_of_that_kind() {
    let mut roles = Roles::start().await;
    roles.ask_to_submit(SubmissionType::EmployeeDriven, Permission::ReviewIdeas).await;
    roles.ask_to_submit(SubmissionType::CoeDriven, Permission::UpdatePhaseAndStatus).await;
    roles.ask_to_submit(SubmissionType::ProcessMining, Permission::SubmitCoeIdea).await;
    let of_one_kind = |route: &&Route| matches!(route.further, Further::Flow(FlowPart::SubmitInto(_)));
    for caller in roles.by_role().await {
        for route in ROUTES.iter().filter(of_one_kind) {
            let call = roles.matrix.call(route, BASE, Call::of(&caller.token));
            roles.is_made(&caller, (route, USUAL), &call).await;
        }
    }
}

/// Whom it names needs no role for that.
#[tokio::test]
async fn a_tenant_level_token_submits_into_every_flow_for_whoever_it_names() {
    let roles = Roles::start().await;
    let desk = &roles.matrix.desk;
    let token = desk.hub.issue(None, TokenForm::Uuid, None).await;
    let ida = desk.hub.add_user("ida@nordwind.example", &[]).await;
    let submits = |route: &&Route| route.callers == Callers::UsersOrNamedSubmitter;
    for route in ROUTES.iter().filter(submits) {
        let mut bodies = vec![roles.matrix.body(route.path)];
        if matches!(route.further, Further::Flow(FlowPart::Submit)) {
            bodies.extend(OTHER_KINDS.map(|kind| roles.submission(route.path, kind)));
        }
        for mut body in bodies {
            for nobody in ["", " "] {
                name_submitter(route.path, &mut body, nobody);
                desk.refused(&roles.call(route, &token, &body), 403, "submitter-required").await;
            }
            name_submitter(route.path, &mut body, "ida@nordwind.example");
            let made = desk.accepted(&roles.call(route, &token, &body)).await;
            let path = format!("{BASE}/automations/{}", made.json()["data"]["process_id"]);
            let record = desk.accepted(&desk.call().at(path)).await;
            assert_eq!(record.json()["data"]["process_submitter_user_id"], ida.get(), "{}", route.path);
        }
    }
}
