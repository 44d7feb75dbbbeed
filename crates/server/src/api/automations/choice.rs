//! The automation that a path names, and as what its caller knows it.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    api::{error::ApiError, extract::PathPart},
    services::ideas::{Expected, IdeaChoice},
};

impl<S: Send + Sync> FromRequestParts<S> for IdeaChoice {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let PathPart(key) = PathPart::from_request_parts(parts, state).await?;
        Ok(Self { key, expected: Expected::from_request_parts(parts, state).await? })
    }
}
