//! The application inventory of the sample organisation.

/// One entry. Categories are paths; an entry for everybody lists every business area.
#[derive(Clone, Copy, Debug)]
pub struct SampleApplication {
    pub name: &'static str,
    pub version: &'static str,
    pub language: &'static str,
    pub comments: &'static str,
    pub is_thin_client: bool,
    pub is_added_by_end_user: bool,
    pub categories: &'static [&'static str],
}

const EVERYWHERE: &[&str] =
    &["Finance", "People", "Logistics", "Procurement", "Service", "Sales", "IT", "Legal", "Production"];

macro_rules! applications {
    ($($name:literal $version:literal $language:literal $(($flag:ident))?, $categories:expr, $comments:literal;)+) => {
        &[$(SampleApplication {
            name: $name,
            version: $version,
            language: $language,
            comments: $comments,
            is_thin_client: applications!(@thin $($flag)?),
            is_added_by_end_user: applications!(@user $($flag)?),
            categories: $categories,
        },)+]
    };
    (@thin thin) => { true };
    (@thin $($other:ident)?) => { false };
    (@user by_user) => { true };
    (@user $($other:ident)?) => { false };
}

/// Those of some entries that run remotely.
pub fn thin_clients(names: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    let is_thin = |name: &str| APPLICATIONS.iter().any(|entry| entry.is_thin_client && entry.name == name);
    names.iter().copied().filter(move |name| is_thin(name))
}

pub(super) const APPLICATIONS: &[SampleApplication] = applications! {
    "SAP S/4HANA" "2023" "English", EVERYWHERE, "One client for all companies. Release 2025 goes live on 12 January.";
    "SAP GUI" "8.00" "German" (thin), &["Finance", "Production"], "Terminal server farm in Hamburg, no local installation.";
    "SAP Ariba" "2602" "English", &["Procurement", "Finance/Accounts payable"], "Catalogues, purchase requests and supplier network.";
    "SAP SuccessFactors" "1H 2026" "English", &["People"], "Master data of all employees, learning and recruiting.";
    "SAP Concur" "2026" "English", &["Finance/Travel"], "Travel requests, expenses and card feeds.";
    "Outlook" "365" "English", EVERYWHERE, "Shared mailboxes are opened through the service account.";
    "Excel" "365" "English", EVERYWHERE, "Macros are blocked on managed laptops.";
    "SharePoint" "Online" "English", EVERYWHERE, "Department sites; legal holds apply to contract libraries.";
    "Teams" "365" "English", EVERYWHERE, "";
    "Power BI" "Service" "English", &["Finance", "Sales", "IT/Data and reports", "Production/Planning"], "Workspaces per business area, refreshed at night.";
    "Kofax" "7.12" "English", &["Finance/Accounts payable", "Logistics/Warehousing"], "Reads scanned invoices and delivery notes.";
    "Salesforce" "Summer 26" "English", &["Sales", "Service"], "Accounts, opportunities, cases.";
    "ServiceNow" "Yokohama" "English", &["IT", "Service", "People/Onboarding"], "Tickets and the request catalogue.";
    "Jira" "Cloud" "English", &["IT", "Production"], "";
    "Active Directory" "2022" "English", &["IT"], "Accounts are made by the join process only.";
    "Entra Admin Center" "2026" "English", &["IT/Service desk"], "";
    "Veeam" "12.3" "English", &["IT/Operations"], "Backup of servers and mailboxes.";
    "Körber WMS" "9.4" "English" (thin), &["Logistics/Warehousing"], "Hand-held terminals and desktop, through the terminal server.";
    "Transporeon" "2026" "English", &["Logistics/Transport"], "Booking of carriers and time slots.";
    "AEB Customs" "26.1" "German", &["Logistics/Trade compliance"], "Export and import declarations, licence checks.";
    "MIC Tariff" "2026" "English", &["Logistics/Trade compliance"], "Tariff numbers and origin rules.";
    "DATEV" "19.0" "German", &["Finance/Tax", "People/Payroll"], "German companies only.";
    "ADP Payroll" "2026" "English", &["People/Payroll"], "Nordic and Dutch payroll.";
    "ATOSS Time" "16.3" "German", &["People/Payroll"], "Clock-ins, shift plans, absences.";
    "Kyriba" "26.2" "English", &["Finance/Treasury"], "Bank connectivity and cash positions.";
    "OneStream" "9.0" "English", &["Finance/Group accounting"], "Consolidation and group reporting.";
    "Ironclad" "2026" "English", &["Legal", "Procurement/Sourcing"], "Contract repository and approvals.";
    "OneTrust" "2026" "English", &["Legal/Data protection"], "Records of processing and requests of data subjects.";
    "Siemens Opcenter" "2404" "English", &["Production"], "Manufacturing execution in Linz and Brescia.";
    "Babtec Q" "7.9" "German", &["Production/Quality"], "Inspection plans, complaints to suppliers.";
    "IBM Maximo" "9.1" "English" (thin), &["Production/Maintenance", "Service/Field service"], "Work orders and spare parts.";
    "TED tenders" "web" "English" (by_user), &["Sales/Tenders"], "Public tender journal of the European Union.";
    "VIES" "web" "English" (by_user), &["Finance/Tax", "Sales/Customer data"], "Check of VAT numbers; slow on Monday mornings.";
    "Creditreform" "web" "German" (by_user), &["Sales/Customer data", "Procurement/Supplier data"], "";
};

pub fn applications() -> Vec<SampleApplication> {
    APPLICATIONS.to_vec()
}
