//! The Open API tokens of the sample organisation: what they are called, whose they are and how they stand.
//! Their values are drawn by whoever stores them.

use std::cmp::Reverse;

/// Whom a token acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleTokenUser {
    /// Nobody: the tenant itself.
    Tenant,
    /// The user with this e-mail address; a personal token when the creator is the same.
    User(&'static str),
}

/// One token, described relative to the day the demo is made.
#[derive(Clone, Copy, Debug)]
pub struct SampleToken {
    pub name: &'static str,
    pub user: SampleTokenUser,
    pub creator: &'static str,
    pub created_days_ago: u32,
    /// Negative where it has expired already.
    pub expires_in_days: i32,
    pub is_active: bool,
    pub has_app_key: bool,
    /// Whether a call with it is answered: neither expired, switched off, nor of a deactivated user.
    pub works: bool,
}

const INES: &str = "ines.moreau@nordwind.test";
const HANNA: &str = "hanna.vogel@nordwind.test";
const KENJI: &str = "kenji.watanabe@nordwind.test";

const WORKING: SampleToken = SampleToken {
    name: "",
    user: SampleTokenUser::Tenant,
    creator: INES,
    created_days_ago: 0,
    expires_in_days: 90,
    is_active: true,
    has_app_key: true,
    works: true,
};

const TOKENS: &[SampleToken] = &[
    SampleToken {
        name: "Load test, spring",
        user: SampleTokenUser::User(KENJI),
        creator: KENJI,
        created_days_ago: 261,
        expires_in_days: 104,
        is_active: false,
        has_app_key: false,
        works: false,
    },
    SampleToken {
        name: "Benefits dashboard",
        user: SampleTokenUser::User("lucia.ferrer@nordwind.test"),
        created_days_ago: 309,
        expires_in_days: 56,
        has_app_key: false,
        works: false,
        ..WORKING
    },
    SampleToken {
        name: "Jira sync",
        user: SampleTokenUser::User(HANNA),
        creator: HANNA,
        created_days_ago: 105,
        expires_in_days: -15,
        works: false,
        ..WORKING
    },
    SampleToken {
        name: "Finance data lake, hourly export for the group controlling mart in Copenhagen",
        creator: HANNA,
        created_days_ago: 288,
        expires_in_days: 77,
        ..WORKING
    },
    SampleToken {
        name: "Laptop scripts",
        user: SampleTokenUser::User(INES),
        created_days_ago: 32,
        expires_in_days: 58,
        has_app_key: false,
        ..WORKING
    },
    SampleToken {
        name: "Teams bot",
        user: SampleTokenUser::User("jonas.lindqvist@nordwind.test"),
        created_days_ago: 85,
        expires_in_days: 5,
        has_app_key: false,
        ..WORKING
    },
    SampleToken {
        name: "Process mining feed",
        creator: HANNA,
        created_days_ago: 197,
        expires_in_days: 168,
        ..WORKING
    },
    SampleToken {
        name: "ServiceNow intake",
        user: SampleTokenUser::User("tomasz.w@nordwind.test"),
        created_days_ago: 140,
        expires_in_days: 225,
        ..WORKING
    },
    SampleToken {
        name: "Service desk idea form",
        user: SampleTokenUser::User("prisca.adeyemi@nordwind.test"),
        created_days_ago: 12,
        expires_in_days: 353,
        has_app_key: false,
        ..WORKING
    },
    SampleToken {
        name: "Power BI refresh",
        user: SampleTokenUser::User("priya.raman@nordwind.test"),
        ..WORKING
    },
];

/// Every sample token, oldest first.
pub fn tokens() -> Vec<SampleToken> {
    let mut tokens = TOKENS.to_vec();
    tokens.sort_by_key(|token| Reverse(token.created_days_ago));
    tokens
}
