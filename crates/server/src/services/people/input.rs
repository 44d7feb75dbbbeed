//! What is asked for when a person is added or changed, as typed; and whether it keeps to the rules of its fields.

use automation_hub_domain::{
    clock::Timestamp,
    text,
    user::{Email, InviteStatus, NewUser, Profile, RoleAssignment, User},
};

use crate::error::Violations;

/// Somebody to be added. Without roles they become Standard User.
#[derive(Clone, Debug, Default)]
pub struct PersonInput {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub job_title: String,
    pub department: String,
    pub business_unit: String,
    pub location: String,
    pub is_inactive: bool,
    pub invite_status: Option<InviteStatus>,
    pub roles: Vec<RoleAssignment>,
}

impl PersonInput {
    pub(super) fn check(&self, wrong: &mut Violations, now: Timestamp) -> Option<NewUser> {
        let is_active = !self.is_inactive;
        let email = wrong.check("email", Email::of_new(&self.email));
        let profile = self.particulars().check(wrong, &Profile::default());
        let invite_status = wrong.check("invite_status", InviteStatus::of_new(self.invite_status, is_active));
        Some(NewUser {
            email: email?,
            profile: profile?,
            is_active,
            invite_status: invite_status?,
            password_hash: None,
            created_at: now,
        })
    }

    fn particulars(&self) -> PersonChange {
        let given = |text: &str| Some(text.to_owned());
        PersonChange {
            first_name: given(&self.first_name),
            last_name: given(&self.last_name),
            job_title: given(&self.job_title),
            department: given(&self.department),
            business_unit: given(&self.business_unit),
            location: given(&self.location),
            ..PersonChange::default()
        }
    }
}

/// What is to be changed of a person; what is absent stays. An empty text takes away what was there.
#[derive(Clone, Debug, Default)]
pub struct PersonChange {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub job_title: Option<String>,
    pub department: Option<String>,
    pub business_unit: Option<String>,
    pub location: Option<String>,
    pub is_active: Option<bool>,
    pub invite_status: Option<InviteStatus>,
    /// In place of all roles held so far.
    pub roles: Option<Vec<RoleAssignment>>,
}

impl PersonChange {
    /// What the person shows of themselves afterwards.
    pub(super) fn check(&self, wrong: &mut Violations, before: &Profile) -> Option<Profile> {
        let mut name = |field, typed: &Option<String>, before: &String| match typed {
            Some(typed) => wrong.check(field, text::line(typed, Profile::FIELD_LIMIT)).map(str::to_owned),
            None => Some(before.clone()),
        };
        let first_name = name("first_name", &self.first_name, &before.first_name);
        let last_name = name("last_name", &self.last_name, &before.last_name);
        let mut optional = |field, typed: &Option<String>, before: &Option<String>| match typed {
            Some(typed) => {
                let line = wrong.check(field, text::optional_line(typed, Profile::FIELD_LIMIT));
                line.map(|line| Some(line.to_owned()).filter(|line| !line.is_empty()))
            }
            None => Some(before.clone()),
        };
        let job_title = optional("job_title", &self.job_title, &before.job_title);
        let department = optional("department", &self.department, &before.department);
        let business_unit = optional("business_unit", &self.business_unit, &before.business_unit);
        let location = optional("location", &self.location, &before.location);
        Some(Profile {
            first_name: first_name?,
            last_name: last_name?,
            job_title: job_title?,
            department: department?,
            business_unit: business_unit?,
            location: location?,
        })
    }

    /// Active or not, and the invite status, afterwards.
    pub(super) fn standing(&self, wrong: &mut Violations, before: &User) -> Option<(bool, InviteStatus)> {
        let is_active = self.is_active.unwrap_or(before.is_active);
        let changed = before.invite_status.change(self.invite_status, is_active);
        wrong.check("invite_status", changed).map(|status| (is_active, status))
    }

    /// Whether anything but roles is to be changed.
    pub(super) fn is_about_the_person(&self) -> bool {
        let texts = [
            &self.first_name,
            &self.last_name,
            &self.job_title,
            &self.department,
            &self.business_unit,
            &self.location,
        ];
        texts.into_iter().any(Option::is_some) || self.is_active.is_some() || self.invite_status.is_some()
    }
}
