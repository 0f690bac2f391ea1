// What the page of the mirror shows, in the portal and for as long as the workspace keeps it.

import { resourceTags } from 'types.bicep'

@description('Region of the workbook.')
param location string
@description('Title of the workbook.')
param title string
@description('Tags of the resources.')
param tags resourceTags
@description('Resource id of the workspace.')
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'blobmirror')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: title
    category: 'workbook'
    sourceId: workspaceId
    version: 'Notebook/1.0'
    serializedData: loadTextContent('workbook.json')
  }
}
