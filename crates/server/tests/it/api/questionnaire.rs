//! What the assessments ask.

use serde_json::{Value, json};

use super::Api;

fn assessment<'d>(data: &'d Value, name: &str) -> &'d Value {
    let all = data["assessments"].as_array().unwrap();
    all.iter().find(|assessment| assessment["assessment_name"] == name).unwrap()
}

#[tokio::test]
async fn questions_and_options_are_listed_with_the_ids_that_records_show() {
    let api = Api::start().await;
    let data = api.nobody_in_particular().await.data("/questionnaire").await;
    let high_level = assessment(&data, "high-level");
    assert_eq!((&high_level["assessment_key"], &high_level["assessment_version"]), (&json!("Q1"), &json!(1)));
    let questions = high_level["sections"][0]["questions"].as_array().unwrap();
    let mut id = 0;
    for question in questions {
        assert_eq!(question["question_type"], "single-choice");
        for (points, option) in (1..=5).zip(question["answer_options"].as_array().unwrap()) {
            id += 1;
            assert_eq!(option["answer_option_id"], id);
            assert_eq!(option["answer_option_number"].as_f64(), Some(f64::from(points)));
        }
    }
    assert_eq!(id, 25);
    let detailed = assessment(&data, "detailed").to_string();
    for name in
        ["automation_goal", "task_stability", "employee_average_working_days", "volumes", "q2-volumes"]
    {
        assert!(detailed.contains(&format!("\"{name}\"")), "{name}");
    }
}
