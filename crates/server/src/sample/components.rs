//! The component catalogue of the sample organisation: most of it published, some of it on its way.

/// Where a version's content is.
#[derive(Clone, Copy, Debug)]
pub enum SampleContent {
    Link(&'static str),
    /// An XAML file made of the component's name.
    Workflow(&'static str),
}

/// A version, the steps it has gone through, and when it was handed in.
#[derive(Clone, Copy, Debug)]
pub struct SampleVersion {
    pub name: &'static str,
    pub status: &'static str,
    pub content: SampleContent,
    pub days_ago: u32,
    pub downloads: u32,
}

#[derive(Clone, Copy, Debug)]
pub struct SampleComponent {
    pub name: &'static str,
    pub summary: &'static str,
    pub description: &'static str,
    pub component_type: &'static str,
    /// A business area.
    pub category: &'static str,
    pub author: &'static str,
    pub applications: &'static [&'static str],
    pub dependencies: &'static str,
    pub versions: &'static [SampleVersion],
    /// Who, how many stars, and what they say.
    pub reviews: &'static [SampleReview],
    /// Names of ideas that use it.
    pub used_by: &'static [&'static str],
}

/// One to five stars and a comment.
#[derive(Clone, Copy, Debug)]
pub struct SampleReview {
    pub author: &'static str,
    pub stars: u8,
    pub comment: &'static str,
    pub days_ago: u32,
}

const fn version(
    name: &'static str,
    status: &'static str,
    content: SampleContent,
    days_ago: u32,
    downloads: u32,
) -> SampleVersion {
    SampleVersion { name, status, content, days_ago, downloads }
}

const fn review(author: &'static str, stars: u8, days_ago: u32, comment: &'static str) -> SampleReview {
    SampleReview { author, stars, comment, days_ago }
}

const AMARA: &str = "amara.okafor@nordwind.test";
const JONAS: &str = "jonas.lindqvist@nordwind.test";
const HANNA: &str = "hanna.vogel@nordwind.test";
const KENJI: &str = "kenji.watanabe@nordwind.test";
const LENA: &str = "lena.fischer@nordwind.test";
const PRISCA: &str = "prisca.adeyemi@nordwind.test";
const TOMASZ: &str = "tomasz.w@nordwind.test";

/// Who takes what is handed in.
pub const CURATOR: &str = "ines.moreau@nordwind.test";

pub(super) const COMPONENTS: &[SampleComponent] = &[
    SampleComponent {
        name: "SAP session pool",
        summary: "Opens, hands out and closes SAP GUI sessions, so that two robots never share one.",
        description: "Ask for a session, get one that is signed in and on the start screen. Sessions that hang are \
            closed after ten minutes and replaced.",
        component_type: "CUSTOM_ACTIVITY",
        category: "IT",
        author: JONAS,
        applications: &["SAP GUI", "SAP S/4HANA"],
        dependencies: "SAP GUI 8.00 with scripting switched on.",
        versions: &[
            version("1.0.0", "ARCHIVED", SampleContent::Workflow("SapSessionPool"), 410, 63),
            version("1.2.0", "PUBLISHED", SampleContent::Workflow("SapSessionPool"), 260, 118),
            version("2.0.0", "IN_REVIEW", SampleContent::Workflow("SapSessionPool"), 4, 0),
        ],
        reviews: &[
            review(AMARA, 5, 250, "Our month-end robots no longer trip over each other."),
            review(KENJI, 4, 190, "Does what it says. The time-out should be a setting."),
            review(TOMASZ, 5, 41, ""),
        ],
        used_by: &["Three-way match for goods receipts", "Credit note approval reminders"],
    },
    SampleComponent {
        name: "Invoice number cleaner",
        summary: "Brings invoice numbers into one form: blanks, leading zeros and supplier prefixes are cut.",
        description: "Takes a text, gives back the form in which duplicates are found. Rules for each supplier are in \
            a table that the team keeps itself.",
        component_type: "SNIPPET",
        category: "Finance",
        author: LENA,
        applications: &["SAP S/4HANA"],
        dependencies: "",
        versions: &[version("1.1.0", "PUBLISHED", SampleContent::Workflow("InvoiceNumberCleaner"), 180, 47)],
        reviews: &[
            review(AMARA, 5, 160, "Found eleven duplicates in the first week."),
            review(HANNA, 4, 75, "Works for us too once the customers' prefixes are in the table."),
        ],
        used_by: &["Match supplier invoices to purchase orders", "Three-way match for goods receipts"],
    },
    SampleComponent {
        name: "Bank statement reader (MT940 and CAMT)",
        summary: "Reads both statement formats into one table of bookings.",
        description: "Tested with the statements of six banks. Unknown codes end up in a column of their own, so that \
            nothing is lost.",
        component_type: "CONNECTOR",
        category: "Finance",
        author: AMARA,
        applications: &["Kyriba"],
        dependencies: "",
        versions: &[
            version("1.0.0", "PUBLISHED", SampleContent::Workflow("BankStatementReader"), 380, 29),
            version("1.3.1", "PUBLISHED", SampleContent::Workflow("BankStatementReader"), 120, 36),
        ],
        reviews: &[review(LENA, 5, 110, "The table is exactly what we had been building by hand.")],
        used_by: &["Bank statement download and split"],
    },
    SampleComponent {
        name: "Mail with buttons",
        summary: "Sends a mail whose buttons write the answer back to the queue item.",
        description: "For approvals and short questions. The answer carries who gave it and when; a reminder goes out \
            after the days you set.",
        component_type: "WORKFLOW_TEMPLATE",
        category: "Service",
        author: KENJI,
        applications: &["Outlook"],
        dependencies: "A queue, and a mailbox that the robot may send from.",
        versions: &[version("1.4.0", "PUBLISHED", SampleContent::Workflow("MailWithButtons"), 95, 88)],
        reviews: &[
            review(HANNA, 5, 80, "Answers come within the hour, also from people who never answer."),
            review(PRISCA, 3, 20, "The buttons don't show in the phone's mail program."),
        ],
        used_by: &["Credit note approval reminders"],
    },
    SampleComponent {
        name: "Leaver checklist",
        summary: "One list of accounts, badges and devices for somebody who leaves.",
        description: "Reads the systems in turn and gives back what is still open, with the person to ask.",
        component_type: "SOLUTION",
        category: "People",
        author: PRISCA,
        applications: &["SAP SuccessFactors"],
        dependencies: "Read access to the directory.",
        versions: &[version(
            "0.9",
            "SUBMITTED",
            SampleContent::Link("https://wiki.nordwind.test/leaver-checklist"),
            6,
            0,
        )],
        reviews: &[],
        used_by: &[],
    },
    SampleComponent {
        name: "Delivery note classifier",
        summary: "Tells scanned delivery notes from invoices and returns.",
        description: "Trained on four thousand pages of our own. Below eighty per cent certainty it asks.",
        component_type: "ML_MODEL",
        category: "Logistics",
        author: TOMASZ,
        applications: &["Kofax"],
        dependencies: "",
        versions: &[version(
            "0.3",
            "REJECTED_NEEDS_UPDATE",
            SampleContent::Link("https://wiki.nordwind.test/delivery-note-classifier"),
            33,
            0,
        )],
        reviews: &[],
        used_by: &[],
    },
    SampleComponent {
        name: "Robot utilisation by hour",
        summary: "Dashboard of busy and idle robots, for choosing start times.",
        description: "Refreshed every night from the orchestrator's log.",
        component_type: "DASHBOARD",
        category: "IT",
        author: HANNA,
        applications: &[],
        dependencies: "",
        versions: &[version(
            "draft",
            "DRAFT",
            SampleContent::Link("https://wiki.nordwind.test/utilisation"),
            2,
            0,
        )],
        reviews: &[],
        used_by: &[],
    },
];

/// All of them.
pub fn components() -> impl Iterator<Item = &'static SampleComponent> {
    COMPONENTS.iter()
}

/// The workflow file of a component: small, and a real one.
pub fn workflow(name: &str) -> String {
    format!(
        "<Activity x:Class=\"{name}\" xmlns=\"http://schemas.microsoft.com/netfx/2009/xaml/activities\" \
         xmlns:x=\"http://schemas.microsoft.com/winfx/2006/xaml\">\n  <Sequence DisplayName=\"{name}\" />\n</Activity>\n"
    )
}

/// A live automation in the Automation Store.
#[derive(Clone, Copy, Debug)]
pub struct SampleListing {
    /// Name of its idea.
    pub idea: &'static str,
    pub summary: &'static str,
    pub published_by: &'static str,
    pub days_ago: u32,
    pub reviews: &'static [SampleReview],
}

const LISTINGS: &[SampleListing] = &[
    SampleListing {
        idea: "Three-way match for goods receipts",
        summary: "Releases blocked invoices as soon as the receipt is booked. Runs every hour; nothing to install.",
        published_by: AMARA,
        days_ago: 300,
        reviews: &[
            review(LENA, 5, 280, "I have not written a mail to the warehouse since spring."),
            review(JONAS, 4, 200, "Good. Partial deliveries still need a person."),
            review(PRISCA, 4, 34, ""),
        ],
    },
    SampleListing {
        idea: "Bank statement download and split",
        summary: "Fetches the statements of all banks by seven and files them by company.",
        published_by: AMARA,
        days_ago: 240,
        reviews: &[
            review(HANNA, 5, 230, "Seven o'clock it is, also on the first of January."),
            review(TOMASZ, 5, 90, "The two Swiss accounts came later, and work as well."),
        ],
    },
    SampleListing {
        idea: "Credit note approval reminders",
        summary: "Reminds approvers of credit notes that wait, with the buttons in the mail.",
        published_by: AMARA,
        days_ago: 60,
        reviews: &[review(KENJI, 3, 12, "Please not on the day of the trade fair.")],
    },
];

/// What is in the store.
pub fn listings() -> impl Iterator<Item = &'static SampleListing> {
    LISTINGS.iter()
}
