// Types that several modules share.

@export()
@description('Tags of a resource: values by their names.')
type resourceTags = {
  @description('Value of a tag.')
  *: string
}

@export()
@description('Settings of docs/settings.md: values by their names, each as text, as an app setting is.')
type appSettings = {
  @description('Value of a setting.')
  *: string
}
