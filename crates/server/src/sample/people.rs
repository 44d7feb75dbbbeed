//! Who works at Nordwind and uses the hub: every default role is held by somebody, some only for a category.

/// Where a person's account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleStatus {
    Active,
    Inactive { deactivated_days_ago: u32 },
    NotInvited,
    Pending { mail_sent: bool },
}

/// One person; the first role is the one to name when only one is shown.
#[derive(Clone, Copy, Debug)]
pub struct SamplePerson {
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub email: &'static str,
    pub job_title: &'static str,
    /// Named like the business area whose ideas the person submits and owns.
    pub department: &'static str,
    pub business_unit: &'static str,
    pub location: &'static str,
    pub status: SampleStatus,
    /// Role slug, and the path of the category it is limited to.
    pub roles: &'static [(&'static str, Option<&'static str>)],
}

const STANDARD: (&str, Option<&str>) = ("ah-standard-user", None);
const SYSTEM_ADMIN: (&str, Option<&str>) = ("ah-system-admin", None);
const PROGRAM_MANAGER: (&str, Option<&str>) = ("ah-program-manager", None);
const SPONSOR: (&str, Option<&str>) = ("ah-rpa-sponsor", None);
const CURATOR: (&str, Option<&str>) = ("ah-component-curator", None);
const SELF_USER: (&str, Option<&str>) = ("ah-citizen-developer-self-user", None);
const POWER_USER: (&str, Option<&str>) = ("ah-citizen-developer-power-user", None);
const TECHNICAL_REVIEWER: (&str, Option<&str>) = ("ah-technical-reviewer", None);
const BUSINESS_REVIEWER: (&str, Option<&str>) = ("ah-business-reviewer", None);

const fn approver(category: &'static str) -> (&'static str, Option<&'static str>) {
    ("ah-idea-approver", Some(category))
}

const fn authorized(category: &'static str) -> (&'static str, Option<&'static str>) {
    ("ah-authorized-user", Some(category))
}

macro_rules! people {
    ($($department:literal in $unit:literal {
        $($first:literal $last:literal $email:literal, $title:literal, $location:literal,
          [$($role:expr),+] $($status:expr)?;)+
    })+) => {
        &[$($(SamplePerson {
            first_name: $first,
            last_name: $last,
            email: concat!($email, "@nordwind.test"),
            job_title: $title,
            department: $department,
            business_unit: $unit,
            location: $location,
            status: people!(@status $($status)?),
            roles: &[$($role),+],
        },)+)+]
    };
    (@status) => { SampleStatus::Active };
    (@status $status:expr) => { $status };
}

pub(super) const PEOPLE: &[SamplePerson] = people! {
    "IT" in "Group Functions" {
        "Ines" "Moreau" "ines.moreau", "Head of Automation", "Copenhagen",
            [("ah-account-owner", None), SYSTEM_ADMIN];
        "Kenji" "Watanabe" "kenji.watanabe", "Platform Engineer", "Hamburg", [SYSTEM_ADMIN];
        "Jonas" "Lindqvist" "jonas.lindqvist", "Automation Lead, Nordics", "Malmö",
            [PROGRAM_MANAGER, TECHNICAL_REVIEWER];
        "Prisca" "Adeyemi" "prisca.adeyemi", "Service Desk Agent", "Copenhagen", [STANDARD];
        "Mikkel" "Brandt" "mikkel.brandt", "RPA Developer", "Copenhagen", [CURATOR, TECHNICAL_REVIEWER];
        "Zofia" "Kamińska" "zofia.kaminska", "Data Analyst", "Gdańsk", [POWER_USER, STANDARD];
    }
    "Finance" in "Group Functions" {
        "Hanna" "Vogel" "hanna.vogel", "Finance Transformation Lead", "Hamburg",
            [SYSTEM_ADMIN, ("ah-idea-approver", None)];
        "Priya" "Raman" "priya.raman", "Automation Programme Manager", "Copenhagen", [PROGRAM_MANAGER];
        "Tomasz" "Wiśniewski" "tomasz.w", "Business Analyst", "Gdańsk", [authorized("Finance"), STANDARD];
        "Lena" "Fischer" "lena.fischer", "Accounts Payable Clerk", "Hamburg", [STANDARD];
        "Amara" "Okafor" "amara.okafor", "Process Owner, Order to Cash", "Rotterdam",
            [authorized("Finance"), approver("Finance/Accounts receivable")];
        "Lucía" "Ferrer" "lucia.ferrer", "Project Manager", "Valencia", [PROGRAM_MANAGER]
            SampleStatus::Inactive { deactivated_days_ago: 14 };
        "Henrik" "Sørensen" "henrik.sorensen", "Chief Financial Officer", "Copenhagen", [SPONSOR];
        "Beatriz" "Carvalho" "beatriz.carvalho", "Group Accountant", "Porto", [STANDARD, SELF_USER];
        "Oskar" "Nyberg" "oskar.nyberg", "Treasury Analyst", "Stockholm", [STANDARD];
        "Mei" "Tan" "mei.tan", "Tax Specialist", "Rotterdam", [STANDARD];
    }
    "People" in "Group Functions" {
        "Clara" "Jansen" "clara.jansen", "People Operations Lead", "Rotterdam",
            [approver("People"), BUSINESS_REVIEWER];
        "David" "Okoye" "david.okoye", "Payroll Specialist", "Hamburg", [STANDARD];
        "Sanna" "Virtanen" "sanna.virtanen", "Recruiter", "Turku", [STANDARD, SELF_USER];
        "Marek" "Dvořák" "marek.dvorak", "Training Coordinator", "Brno", [STANDARD]
            SampleStatus::Pending { mail_sent: true };
    }
    "Logistics" in "Nordwind Freight" {
        "Anders" "Holm" "anders.holm", "Head of Warehousing", "Aarhus",
            [approver("Logistics"), ("ah-business-reviewer", Some("Logistics"))];
        "Giulia" "Conti" "giulia.conti", "Customs Specialist", "Trieste", [authorized("Logistics"), STANDARD];
        "Youssef" "Haddad" "youssef.haddad", "Dispatcher", "Antwerp", [STANDARD];
        "Ewa" "Zielińska" "ewa.zielinska", "Goods Receipt Supervisor", "Gdańsk", [STANDARD];
        "Piet" "de Boer" "piet.deboer", "Transport Planner", "Rotterdam", [STANDARD]
            SampleStatus::NotInvited;
    }
    "Procurement" in "Nordwind Freight" {
        "Nadia" "Rahman" "nadia.rahman", "Category Buyer", "Hamburg", [STANDARD, authorized("Procurement")];
        "Stefan" "Albrecht" "stefan.albrecht", "Head of Procurement", "Hamburg",
            [approver("Procurement"), SPONSOR];
        "Ingrid" "Dahl" "ingrid.dahl", "Supplier Data Steward", "Oslo", [STANDARD];
    }
    "Service" in "Nordwind Equipment" {
        "Laura" "Bianchi" "laura.bianchi", "Customer Care Lead", "Milan", [approver("Service"), STANDARD];
        "Femi" "Balogun" "femi.balogun", "Complaint Handler", "Leeds", [STANDARD];
        "Katrin" "Saar" "katrin.saar", "Field Service Planner", "Tallinn", [POWER_USER];
        "Ruben" "Maes" "ruben.maes", "Spare Parts Clerk", "Ghent", [STANDARD]
            SampleStatus::Pending { mail_sent: false };
    }
    "Sales" in "Nordwind Equipment" {
        "Elif" "Demir" "elif.demir", "Bid Manager", "Vienna", [STANDARD, authorized("Sales")];
        "Magnus" "Berg" "magnus.berg", "Sales Director", "Oslo", [SPONSOR, approver("Sales")];
        "Chloé" "Lambert" "chloe.lambert", "Inside Sales", "Lyon", [STANDARD];
    }
    "Legal" in "Group Functions" {
        "Ronan" "Byrne" "ronan.byrne", "General Counsel", "Dublin", [approver("Legal"), SPONSOR];
        "Aisha" "Karim" "aisha.karim", "Contract Manager", "Leeds", [STANDARD];
        "Jan" "Peeters" "jan.peeters", "Data Protection Officer", "Ghent", [STANDARD, BUSINESS_REVIEWER];
    }
    "Production" in "Nordwind Equipment" {
        "Birgit" "Huber" "birgit.huber", "Plant Manager", "Linz", [approver("Production"), SPONSOR];
        "Matteo" "Ricci" "matteo.ricci", "Production Planner", "Brescia", [STANDARD, SELF_USER];
        "Agnieszka" "Wójcik" "agnieszka.wojcik", "Quality Engineer", "Gdańsk",
            [authorized("Production/Quality"), STANDARD];
        "Tobias" "Keller" "tobias.keller", "Maintenance Lead", "Linz", [STANDARD];
    }
};

/// Everybody who has an account.
pub fn people() -> Vec<SamplePerson> {
    PEOPLE.to_vec()
}
