//! Ideas about joining, pay, shifts and learning.

use super::{Frequency, Kind, Topic};

pub(super) const TOPICS: &[Topic] = topics! { Kind::Idea;
    "People/Recruiting" {
        "Invite candidates to interviews" (Weekly 45 "invitations" 12) ["SAP SuccessFactors", "Outlook"]
            "Finding a slot for three interviewers and a candidate takes six mails, and half of the slots are gone by the time the answer comes."
            "Offering free slots from all calendars would end the ping-pong.";
        "Post vacancies on job boards" (Weekly 16 "vacancies" 35) ["SAP SuccessFactors"]
            "Each opening is entered again on five boards, with other fields and other picture sizes."
            "One entry in our own system should be enough for all five.";
        "Acknowledge and file speculative applications" (Weekly 70 "applications" 6) ["Outlook", "SAP SuccessFactors"]
            "Applications by mail are answered with a standard text and entered by hand so that the deletion date is right."
            "Name, address and wish can be read from the mail; the deletion date follows by itself.";
        "Collect references before an offer" (Monthly 30 "references" 25) ["Outlook", "SharePoint"]
            "We write to former employers, remind them, and put the answers into the candidate’s folder."
            "The writing and reminding could run alone; reading the answers stays with us.";
        "Weekly report of open positions" (Weekly 9 "reports" 40) ["SAP SuccessFactors", "Excel"]
            "Every business area gets a sheet with its open positions and their age, made by copying from three views."
            "The numbers are all in one system, and the sheet has looked the same for two years.";
    }
    "People/Onboarding" {
        "New hire accounts and badges" (Weekly 22 "people" 30) ["ServiceNow", "SAP SuccessFactors", "Active Directory"]
            "For each new colleague we order a laptop, accounts, a badge and a parking space in four systems, and something is always missing on day one."
            "One record in the personnel system should start all four orders.";
        "Welcome pack with the right contracts" (Weekly 22 "packs" 20) ["SAP SuccessFactors", "SharePoint"]
            "Contract, policies and tax forms differ by country and job. We pick them from folders and check each other’s choice."
            "Country and job group decide every page, so the pack could be put together without a search.";
        "Remind managers before a probation ends" (Monthly 40 "reminders" 8) ["SAP SuccessFactors", "Outlook"]
            "Two weeks before the end we mail the manager, wait, mail again and finally call."
            "A reminder with a yes or no answer would leave only the difficult talks to us.";
        "Leavers: accounts, keys and final letters" (Monthly 35 "leavers" 45) ["ServiceNow", "SAP SuccessFactors", "Active Directory"]
            "When somebody leaves, seven teams must do something on the last day, and we follow a checklist on paper."
            "Security asks for proof that access was removed; the steps could report it themselves.";
        "Work permits about to expire" (Monthly 15 "permits" 20) ["SAP SuccessFactors", "Excel"]
            "Expiry dates are kept in a spreadsheet since the field in the system was added later and never filled."
            "Filling the field once and asking colleagues three months ahead would spare us sleepless nights.";
    }
    "People/Payroll" {
        "Shift plan export to payroll" (BiWeekly 26 "plans" 50) ["ATOSS Time", "ADP Payroll", "Excel"]
            "We export the shift plan of each site, turn columns round and load it into payroll, and every error means a wrong pay slip."
            "The mapping is known and stable, so the file could go across on its own with a list of differences.";
        "Bank detail changes of employees" (Monthly 60 "changes" 8) ["SAP SuccessFactors", "ADP Payroll"]
            "Changes are typed from a signed form into two systems, then checked by a second person."
            "A form with a confirmation code would make the paper and the second typing unnecessary.";
        "Certificates of employment and income" (Weekly 40 "certificates" 12) ["SAP SuccessFactors", "Outlook"]
            "Colleagues need a letter for a flat or a loan. We fill a template with salary, start date and hours."
            "They could get the letter by themselves within a minute.";
        "Sick notes into payroll" (Daily 30 "notes" 6) ["ATOSS Time", "ADP Payroll", "Outlook"]
            "Notes arrive by mail, by app or on paper, and each is entered twice because the two systems don’t talk."
            "Enter once, pass on, and tell us only when the dates overlap a holiday.";
        "Annual bonus letters" (Yearly 1400 "letters" 5) ["SAP SuccessFactors", "Excel"]
            "In March three people do nothing else for two weeks than merge letters, check amounts and sort envelopes."
            "With amounts approved in a list, letters could be made and delivered in an evening.";
        "Compare payroll with last month" (Monthly 24 "payrolls" 60) ["ADP Payroll", "DATEV", "Excel"]
            "Before release we look for people whose pay changed by more than a tenth, and then for the reason."
            "A list with the reason already next to each change would take away most of the search.";
    }
    "People/Payroll/Time and shifts" {
        "Missing clock-ins of the day before" (Daily 55 "cases" 4) ["ATOSS Time", "Outlook"]
            "Every morning I write to those who forgot to clock in or out and enter what they answer."
            "A message with two suggested times, one tap to answer, would do.";
        "Swap shifts within a team" (Weekly 60 "swaps" 9) ["ATOSS Time", "Teams"]
            "Swaps are agreed in chat, then the team lead checks rest times and enters both changes."
            "Rest times are a rule like any other and can be checked before anybody asks the lead.";
        "Overtime near the legal limit" (Weekly 38 "warnings" 10) ["ATOSS Time", "Excel"]
            "We notice too late that somebody is close to the limit, since the report comes at the end of the month."
            "A warning on Thursday would still let us change the weekend plan.";
    }
    "People/Learning" {
        "Book mandatory safety trainings" (Monthly 150 "bookings" 7) ["SAP SuccessFactors", "Outlook"]
            "Certificates for forklifts and first aid run out at different times. We look them up and book people into courses around their shifts."
            "Dates, courses and shifts are all known; only the exceptions need us.";
        "Course attendance lists into the system" (Weekly 20 "lists" 15) ["SAP SuccessFactors", "Excel"]
            "Trainers return signed paper lists and we tick the names off on the screen."
            "A scanned list or a code at the door would save the evening after each course.";
        "Feedback forms after each training" (Monthly 45 "courses" 20) ["Excel", "Outlook"]
            "We send a form, collect the answers and type averages into the yearly report."
            "Sending and counting can run alone; the comments are what we want to read.";
        "Language course subsidies" (Quarterly 90 "requests" 14) ["SharePoint", "SAP S/4HANA"]
            "Each request is checked against budget, length of service and last year’s course before we answer."
            "The three checks are written down and leave nothing to decide.";
    }
};
