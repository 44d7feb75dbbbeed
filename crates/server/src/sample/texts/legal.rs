//! Ideas about contracts, personal data and rules to be kept.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "Legal/Contracts" {
        "Confidentiality agreements from the template" (Weekly 40 "agreements" 20) ["Ironclad", "Outlook"]
            "Sales asks for a confidentiality agreement, we fill in the names and check whether the other side changed a word."
            "Unchanged ones could be signed the same day without a lawyer.";
        "Compare returned contracts with our draft" (Weekly 25 "contracts" 30) ["Ironclad", "SharePoint"]
            "Contracts come back as scans, and we read every page to find the one changed sentence."
            "Show the changed sentences and we read only those.";
        "File signed contracts" (Weekly 55 "contracts" 9) ["Ironclad", "SharePoint", "Outlook"]
            "Signed papers are scanned, named by a rule few remember, and put into one of ninety folders."
            "Parties, date and kind stand on the first page.";
        "Powers of attorney register" (Monthly 20 "entries" 25) ["Excel", "SharePoint"]
            "Who may sign for which company is kept in a list, and people find out at the notary that it is old."
            "The list could follow the personnel system and the public registers.";
        "Deadlines in court and authority letters" (Daily 8 "letters" 15) ["Outlook", "SharePoint"]
            "Each letter has a deadline we enter in two calendars, and a second person checks the date."
            "Proposing the date would not replace the second person, but the typing.";
        "Renewal dates of software contracts" (Monthly 30 "contracts" 18) ["Ironclad", "Outlook"]
            "Renewal clauses hide on page eleven. We learn of them from the invoice."
            "Read the clause once when filing, remind the owner in time.";
        "Company register extracts on request" (Weekly 18 "extracts" 15) ["Outlook", "SharePoint"]
            "Banks and customers ask for fresh extracts, which we order one by one on the pages of fourteen countries."
            "Most of these pages can be operated by a robot with our account.";
    }
    "Legal/Data protection" {
        "Requests of people about their data" (Monthly 25 "requests" 90) ["OneTrust", "Outlook"]
            "When somebody asks what we know about them, we write to nine departments and put their answers together within a month."
            "Searching by name and mail address in the main systems could be done on the first day.";
        "Deletion of old applicant records" (Monthly 180 "records" 4) ["SAP SuccessFactors", "Outlook"]
            "Applications must go after six months, also those in mailboxes and shared folders."
            "A list per recruiter with one button would be kept; today’s mail is ignored.";
        "Records of processing up to date" (Quarterly 140 "records" 18) ["OneTrust", "Outlook"]
            "Departments should confirm their entries twice a year. We remind them, and they answer that nothing changed."
            "Ask with the entry in the mail and take a single click as the answer.";
        "Data processing agreements with suppliers" (Monthly 35 "agreements" 25) ["OneTrust", "Ironclad"]
            "For each new tool we check whether an agreement exists, and whether the list of sub-processors changed."
            "Suppliers publish changes on a web page; someone, or something, must look.";
        "Report possible data leaks in time" (Monthly 6 "reports" 120) ["OneTrust", "Teams"]
            "We have seventy-two hours, and the first day is lost collecting the same ten facts."
            "A form that asks for them and starts the clock would help at the worst moment.";
        "Whistle-blower messages to the right people" (Monthly 10 "messages" 30) ["SharePoint", "Outlook"]
            "Messages come by letter, mail and telephone and are entered with care, as only three people may see them."
            "One protected way in, with the deadlines set, would be safer than our folder.";
        "Cookie and privacy notices on all websites" (Monthly 44 "sites" 15) ["OneTrust", "Excel"]
            "Forty-four websites, three agencies, and each has put something else into its notice."
            "Visiting them every night and listing what changed is simple and would calm me down.";
        "Yearly data protection training" (Yearly 3200 "people" 2) ["SAP SuccessFactors", "Outlook"]
            "We send reminders to those who have not finished, in waves, until December."
            "The waves are just dates. Managers could see their own people’s state.";
    }
};
